CREATE TABLE `platform_rename` (
	`platform` text NOT NULL,
	`key` text NOT NULL,
	`from_id` text NOT NULL,
	`to_id` text NOT NULL,
	`sent_at` integer NOT NULL,
	PRIMARY KEY(`platform`, `key`)
);
--> statement-breakpoint
CREATE INDEX `platform_rename_sent_at` ON `platform_rename` (`sent_at`);--> statement-breakpoint
ALTER TABLE `platform_alias` ADD `since` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `whitelist_entry` ADD `seed` text;--> statement-breakpoint
UPDATE `whitelist_entry` SET `seed` = `normalized_id` WHERE `label` LIKE 'Seeded from env (%';--> statement-breakpoint
CREATE UNIQUE INDEX `whitelist_entry_platform_seed` ON `whitelist_entry` (`platform`,`seed`);