//! What models were used for: added up per user, day and model.

use jiff::civil::Date;
use saydo_domain::UserId;

use crate::{
    Conn, StoreError, Tx,
    row::Row,
    statement::{Statement, Value},
};

/// More than any turn can use, and few enough that sums never leave the range of integers: what is counted here is
/// what providers say, and they may say anything.
const MOST: u64 = 1_000_000_000_000;

/// What was used. Every count above 10¹² counts as that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct UsageDelta {
    /// Turns in which a model was asked.
    pub turns: u64,
    /// Requests to models.
    pub calls: u64,
    /// Tokens read, those from a cache included.
    pub input_tokens: u64,
    /// Tokens read from a cache.
    pub cached_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// The cost, in millionths of the currency in which prices are configured.
    pub cost_micros: u64,
}

/// What one model was used for on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageRow {
    /// The day, in UTC.
    pub day: Date,
    /// The model's name.
    pub model: String,
    /// What was used.
    pub used: UsageDelta,
}

fn usage(row: &Row) -> Result<UsageRow, StoreError> {
    let count = |column| row.int(column).and_then(|count| u64::try_from(count).map_err(|_| row.bad(column)));
    Ok(UsageRow {
        day: row.parse("day")?,
        model: row.text("model")?,
        used: UsageDelta {
            turns: count("turns")?,
            calls: count("calls")?,
            input_tokens: count("input_tokens")?,
            cached_tokens: count("cached_tokens")?,
            output_tokens: count("output_tokens")?,
            cost_micros: count("cost_micros")?,
        },
    })
}

impl Conn {
    /// What was used on one day (UTC), by model.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn usage_day(&mut self, user: &UserId, day: Date) -> Result<Vec<UsageRow>, StoreError> {
        self.usage_list(user, day, day).await
    }

    /// What was used from one day up to and including another (UTC), by day and model.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn usage_list(&mut self, user: &UserId, from: Date, to: Date) -> Result<Vec<UsageRow>, StoreError> {
        const SQL: &str = "SELECT day, model, turns, calls, input_tokens, cached_tokens, output_tokens, cost_micros \
             FROM model_usage WHERE user_id = $1 AND day >= $2 AND day <= $3 ORDER BY day, model";
        let rows = self.rows(Statement::new("usage.list", SQL).bind(user).bind(from).bind(to)).await?;
        rows.iter().map(usage).collect()
    }
}

impl Tx {
    /// Adds to what a model was used for on a day (UTC).
    ///
    /// # Errors
    /// [`StoreError::Reference`] without the user.
    pub async fn usage_add(
        &mut self,
        user: &UserId,
        day: Date,
        model: &str,
        used: &UsageDelta,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO model_usage \
             (user_id, day, model, turns, calls, input_tokens, cached_tokens, output_tokens, cost_micros) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (user_id, day, model) DO UPDATE SET \
             turns = model_usage.turns + excluded.turns, calls = model_usage.calls + excluded.calls, \
             input_tokens = model_usage.input_tokens + excluded.input_tokens, \
             cached_tokens = model_usage.cached_tokens + excluded.cached_tokens, \
             output_tokens = model_usage.output_tokens + excluded.output_tokens, \
             cost_micros = model_usage.cost_micros + excluded.cost_micros";
        let statement = Statement::new("usage.add", SQL)
            .bind(user)
            .bind(day)
            .bind(model)
            .bind(count(used.turns))
            .bind(count(used.calls))
            .bind(count(used.input_tokens))
            .bind(count(used.cached_tokens))
            .bind(count(used.output_tokens))
            .bind(count(used.cost_micros));
        self.run(statement).await.map(drop)
    }
}

fn count(count: u64) -> Value {
    Value::Int(Some(count.min(MOST).cast_signed()))
}
