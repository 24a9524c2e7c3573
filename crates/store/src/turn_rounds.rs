//! The rounds of a turn with a model: what was asked for, what it gave, and what is left of the turn's budgets.

use jiff::Timestamp;
use saydo_domain::{TurnId, UserId};
use serde_json::Value;

use crate::{
    Conn, StoreError, Tx,
    row::{Row, to_json},
    statement::Statement,
};

/// One round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnRound {
    /// Its place in the turn, counted from 1.
    pub round: i64,
    /// Whatever the turn needs in order to go on after it.
    pub data: Value,
    /// Tokens that the turn has used up to its end.
    pub tokens: i64,
    /// Milliseconds that the turn has taken up to its end.
    pub elapsed_ms: i64,
}

fn round(row: &Row) -> Result<TurnRound, StoreError> {
    Ok(TurnRound {
        round: row.int("round")?,
        data: row.json("data")?,
        tokens: row.int("tokens")?,
        elapsed_ms: row.int("elapsed_ms")?,
    })
}

impl Conn {
    /// The rounds of a turn, first to last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn turn_rounds(&mut self, user: &UserId, turn: TurnId) -> Result<Vec<TurnRound>, StoreError> {
        const SQL: &str = "SELECT round, data, tokens, elapsed_ms FROM turn_rounds \
             WHERE user_id = $1 AND turn_id = $2 ORDER BY round";
        let rows = self.rows(Statement::new("turn_round.all", SQL).bind(user).bind(turn)).await?;
        rows.iter().map(round).collect()
    }
}

impl Tx {
    /// Writes a round, together with what it did.
    ///
    /// # Errors
    /// [`StoreError::Reference`] when this user has no such turn, [`StoreError::Conflict`] when it has this round.
    pub async fn turn_round_insert(
        &mut self,
        user: &UserId,
        turn: TurnId,
        new: &TurnRound,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO turn_rounds (user_id, turn_id, round, data, tokens, elapsed_ms, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let statement = Statement::new("turn_round.insert", SQL)
            .bind(user)
            .bind(turn)
            .bind(new.round)
            .bind(to_json(&new.data)?)
            .bind(new.tokens)
            .bind(new.elapsed_ms)
            .bind(now);
        self.run(statement).await.map(drop)
    }
}
