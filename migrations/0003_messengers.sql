CREATE TABLE `link_code` (
	`hash` text PRIMARY KEY NOT NULL,
	`username` text,
	`platform` text,
	`platform_user_id` text,
	`name` text,
	`expires_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `link_code_expires_at` ON `link_code` (`expires_at`);--> statement-breakpoint
CREATE TABLE `platform_user` (
	`id` text PRIMARY KEY NOT NULL,
	`platform` text NOT NULL,
	`platform_user_id` text NOT NULL,
	`name` text,
	`fallback_username` text,
	`linked_username` text,
	`linked_at` text,
	`verbosity` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `platform_user_platform_id` ON `platform_user` (`platform`,`platform_user_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `platform_user_fallback_username` ON `platform_user` (`fallback_username`);--> statement-breakpoint
CREATE INDEX `platform_user_linked_username` ON `platform_user` (`linked_username`);--> statement-breakpoint
CREATE TABLE `whitelist_entry` (
	`id` text PRIMARY KEY NOT NULL,
	`platform` text NOT NULL,
	`phone_number` text NOT NULL,
	`normalized_id` text NOT NULL,
	`label` text NOT NULL,
	`mapped_username` text NOT NULL,
	`created_at` text NOT NULL,
	`deleted_at` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `whitelist_entry_platform_id` ON `whitelist_entry` (`platform`,`normalized_id`);