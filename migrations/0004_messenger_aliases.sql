CREATE TABLE `platform_alias` (
	`platform` text NOT NULL,
	`alias` text NOT NULL,
	`person` text NOT NULL,
	PRIMARY KEY(`platform`, `alias`)
);
--> statement-breakpoint
CREATE INDEX `platform_alias_person` ON `platform_alias` (`platform`,`person`);