CREATE TABLE `personal_token` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`created_at` text NOT NULL,
	`last_used_at` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `personal_token_hash` ON `personal_token` (`hash`);--> statement-breakpoint
CREATE INDEX `personal_token_user_id` ON `personal_token` (`user_id`);