CREATE TABLE `login_attempt` (
	`subject` text PRIMARY KEY NOT NULL,
	`failures` integer NOT NULL,
	`expires_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `login_attempt_expires_at` ON `login_attempt` (`expires_at`);--> statement-breakpoint
CREATE TABLE `revoked_token` (
	`jti` text PRIMARY KEY NOT NULL,
	`expires_at` text NOT NULL,
	`rotated_at` text
);
--> statement-breakpoint
CREATE INDEX `revoked_token_expires_at` ON `revoked_token` (`expires_at`);--> statement-breakpoint
CREATE TABLE `setting` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `user` (
	`id` text PRIMARY KEY NOT NULL,
	`username` text NOT NULL,
	`password_hash` text NOT NULL,
	`full_name` text,
	`role` text DEFAULT 'user' NOT NULL,
	`created_at` text NOT NULL,
	`last_login` text,
	`is_active` integer DEFAULT true NOT NULL,
	`password_changed_at` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `user_username` ON `user` (lower("username"));