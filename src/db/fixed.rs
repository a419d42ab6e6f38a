//! Statements written out, for the few paths where every microsecond of the writer counts.
//!
//! What diesel builds is walked several times before its cache is asked, and updates are never cached. A [`Fixed`] is its
//! text: it is prepared once a connection and found again by that text.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use diesel::sqlite::Sqlite;
use std::marker::PhantomData;

/// A value in the place of a `?` of the text, in order.
#[derive(Debug, Clone, Copy)]
pub enum Bind<'a> {
    /// A number.
    Int(i64),
    /// A number or NULL.
    MaybeInt(Option<i64>),
    /// A text.
    Text(&'a str),
    /// A text or NULL.
    MaybeText(Option<&'a str>),
    /// Yes or no.
    Bool(bool),
}

/// A statement written out that answers rows of `ST`; run it with [`crate::on`].
#[derive(Debug, Clone, Copy)]
pub struct Fixed<'a, ST = ()> {
    sql: &'static str,
    binds: &'a [Bind<'a>],
    rows: PhantomData<ST>,
}

impl<'a, ST> Fixed<'a, ST> {
    /// The text both databases understand, and its values.
    pub fn new(sql: &'static str, binds: &'a [Bind<'a>]) -> Self {
        debug_assert_eq!(sql.matches('?').count(), binds.len(), "{sql}");
        Self { sql, binds, rows: PhantomData }
    }
}

macro_rules! walk {
    ($backend:ty, $connection:ty) => {
        impl<ST> QueryFragment<$backend> for Fixed<'_, ST> {
            fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, $backend>) -> QueryResult<()> {
                let mut pieces = self.sql.split('?');
                pass.push_sql(pieces.next().unwrap_or_default());
                for (piece, bind) in pieces.zip(self.binds) {
                    match bind {
                        Bind::Int(n) => pass.push_bind_param::<BigInt, _>(n)?,
                        Bind::MaybeInt(n) => pass.push_bind_param::<Nullable<BigInt>, _>(n)?,
                        Bind::Text(t) => pass.push_bind_param::<Text, _>(t)?,
                        Bind::MaybeText(t) => pass.push_bind_param::<Nullable<Text>, _>(t)?,
                        Bind::Bool(b) => pass.push_bind_param::<Bool, _>(b)?,
                    }
                    pass.push_sql(piece);
                }
                Ok(())
            }
        }
        impl<ST> RunQueryDsl<$connection> for Fixed<'_, ST> {}
    };
}
walk!(Sqlite, SqliteConnection);
walk!(Pg, PgConnection);

impl<ST> QueryId for Fixed<'_, ST> {
    type QueryId = ();
    // Its text is its name.
    const HAS_STATIC_QUERY_ID: bool = false;
}
impl<ST> Query for Fixed<'_, ST> {
    type SqlType = ST;
}
