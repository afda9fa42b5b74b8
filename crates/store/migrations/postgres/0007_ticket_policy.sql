-- What a tenant asks of its tickets, as JSON; NULL: what the installation asks. One column, since every sign-in reads the row.
ALTER TABLE tenants ADD COLUMN ticket_policy TEXT COLLATE "C";
