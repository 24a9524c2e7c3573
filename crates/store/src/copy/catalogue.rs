//! The catalogue: every table and column of the newest schema, in an order in which each row finds those it points to.
//!
//! A test compares it with what both engines really have: whoever adds a table or a column adds it here.

/// What a column holds. There is nothing else: instants are numbers, JSON is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Text in UTF-8.
    Text,
    /// A whole number of 64 bits.
    Int,
}

/// A table of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns in the order in which copies have them.
    pub columns: &'static [(&'static str, Kind)],
    /// The columns of its primary key: rows are copied in this order.
    pub key: &'static [&'static str],
    /// The column that the database numbers by itself, never giving a number twice.
    pub counter: Option<&'static str>,
}

impl Table {
    /// The column that says whose a row is; none for what is nobody's in particular.
    #[must_use]
    pub fn owner(&self) -> Option<&'static str> {
        match self.name {
            "users" => Some("id"),
            _ => self.columns.iter().map(|(name, _)| *name).find(|name| *name == "user_id"),
        }
    }
}

macro_rules! table {
    ($name:ident by $($key:ident),+ $(counting $counter:ident)? { $($column:ident $kind:ident),+ $(,)? }) => {
        Table {
            name: stringify!($name),
            columns: &[$((stringify!($column), table!($kind))),+],
            key: &[$(stringify!($key)),+],
            counter: [None, $(Some(stringify!($counter)),)?][table!(count $($counter)?)],
        }
    };
    (text) => { Kind::Text };
    (int) => { Kind::Int };
    (count) => { 0 };
    (count $counter:ident) => { 1 };
}

/// All tables, those that are pointed to first.
pub const TABLES: &[Table] = &[
    table!(users by id {
        id text, email text, name text, password_hash text, timezone text, settings text, next_task_number int,
        next_change_seq int, token_generation int, tokens_revoked_at int, created_at int,
        next_event_seq int, changes_day int, changes_that_day int,
    }),
    table!(sessions by user_id, token_id {
        user_id text, token_id text, created_at int, expires_at int, last_seen_at int, client text,
    }),
    table!(revoked_tokens by user_id, token_id { user_id text, token_id text, expires_at int }),
    table!(access_tokens by user_id, id {
        user_id text, id text, name text, hash text, scope text, created_at int, expires_at int, last_used_at int,
    }),
    table!(tasks by user_id, number {
        user_id text, number int, uid text, title text, title_key text, search text, description text,
        completed_at int, priority int, due text, due_local int, due_at int, zone text, recurrence text,
        repeat_of text, labels text, created_at int, updated_at int, deleted_at int, version int,
    }),
    table!(task_labels by user_id, label, number { user_id text, label text, number int }),
    table!(conversations by id counting id {
        id int, user_id text, title text, memory text, activity int, created_at int, updated_at int, thread text,
    }),
    table!(messages by id counting id {
        id int, user_id text, conversation_id int, role text, content text, tool_calls text, change_id text,
        answered_by text, created_at int,
    }),
    table!(pending_actions by user_id, conversation_id {
        user_id text, conversation_id int, id text, kind text, prompt text, tasks text, action text, created_at int,
        expires_at int,
    }),
    table!(changes by user_id, seq {
        user_id text, seq int, id text, door text, conversation_id int, summary text, undoes text, undone_by text,
        created_at int, client_id text, client text, model text,
    }),
    table!(change_effects by user_id, seq, ordinal {
        user_id text, seq int, ordinal int, number int, before_task text, after_task text,
    }),
    table!(idempotency_keys by user_id, key {
        user_id text, key text, fingerprint text, status int, headers text, body text, created_at int, expires_at int,
    }),
    table!(turns by user_id, id {
        user_id text, id text, conversation_id int, status text, stop_requested int, change_id text, answered_by text,
        idempotency_key text, fingerprint text, started_at int, heartbeat_at int, ended_at int,
        attempt int, reply_id int,
    }),
    table!(turn_events by user_id, turn_id, seq { user_id text, turn_id text, seq int, data text, created_at int }),
    table!(turn_rounds by user_id, turn_id, round {
        user_id text, turn_id text, round int, data text, tokens int, elapsed_ms int, created_at int,
    }),
    table!(used_consents by user_id, id { user_id text, id text, expires_at int }),
    table!(user_events by user_id, seq {
        user_id text, seq int, kind text, task_number int, conversation_id int, version int, change_id text, door text,
        created_at int,
    }),
    table!(model_usage by user_id, day, model {
        user_id text, day text, model text, turns int, calls int, input_tokens int, cached_tokens int,
        output_tokens int, cost_micros int,
    }),
    table!(leases by name { name text, holder text, fence int, until int, due_at int }),
    table!(audit_events by id counting id {
        id int, at int, kind text, actor text, origin text, request_id text, details text,
    }),
    table!(audit_retention by only_row { only_row int, keep_from int }),
    table!(erased_accounts by mark { mark text }),
];
