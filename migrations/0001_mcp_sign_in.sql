CREATE TABLE `mcp_sign_in_start` (
	`state` text PRIMARY KEY NOT NULL,
	`username` text NOT NULL,
	`server` text NOT NULL,
	`sealed` text NOT NULL,
	`expires_at` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `mcp_sign_in_start_expires_at` ON `mcp_sign_in_start` (`expires_at`);--> statement-breakpoint
CREATE TABLE `mcp_sign_in` (
	`username` text NOT NULL,
	`server` text NOT NULL,
	`sealed` text NOT NULL,
	PRIMARY KEY(`username`, `server`)
);
