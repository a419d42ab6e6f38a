//! `kontor bench-data`: deterministic synthetic data for load tests. It writes rows in bulk, past the features'
//! actions and their letters, which is why its SQL lives beside it and nowhere else.
//!
//! The same seed on the same day makes the same data: times are counted from the day's beginning in UTC.

mod figures;
mod rows;

use crate::app::open_database;
use crate::config::Config;
use crate::db::{Clock, DAY, Db, Ms, Tx};
use crate::error::{Error, Result};
use crate::settings::{self, Bilingual};
use figures::Figures;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

/// What to make.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Members, the manager included.
    pub members: i64,
    /// Threads.
    pub threads: i64,
    /// Posts of each thread, the opening one included.
    pub posts: i64,
    /// Messages of the room `bench`.
    pub messages: i64,
    /// Chooses the data.
    pub seed: u64,
    /// File for `member_id<TAB>token` lines.
    pub tokens: PathBuf,
}

/// Rows of one transaction.
const STEP: i64 = 5_000;

/// Makes the data.
///
/// # Errors
/// When the database has bench data already, or cannot be written.
pub async fn run(config: &Config, wanted: Wanted) -> Result<()> {
    if !(1..=5_000_000).contains(&wanted.members) || wanted.threads < 0 || wanted.posts < 0 || wanted.messages < 0 {
        return Err(Error::config("--members must be between 1 and 5,000,000, and no number below zero"));
    }
    let db = open_database(config, Clock::default())?;
    let made = fill(&db, wanted).await;
    db.close();
    made
}

/// Without an imprint no campaign starts, and the data is there to be written to.
fn give_imprint(tx: &mut Tx<'_>) -> Result<()> {
    let mut own = settings::load(tx)?;
    if own.imprint.is_empty() {
        own.imprint = Bilingual { de: "Testdaten, Musterweg 1".into(), en: "Test data, 1 Sample Street".into() };
        settings::save(tx, &own)?;
    }
    Ok(())
}

/// Makes the data in an open database.
///
/// # Errors
/// As [`run`].
pub async fn fill(db: &Db, wanted: Wanted) -> Result<()> {
    let began = std::time::Instant::now();
    let midnight: Ms = db.now() / DAY * DAY;
    let seed = wanted.seed;
    db.write(give_imprint).await?;
    let place = db.write(move |tx| rows::insert_places(tx, seed, midnight)).await?;
    let figures = Arc::new(Figures::new(seed, midnight, place, wanted.members));
    super::serve::say(&format!("members: {}", wanted.members))?;
    in_steps(db, &figures, wanted.members, rows::insert_members).await?;
    write_tokens(&figures, &wanted).await?;
    super::serve::say(&format!("threads: {} with {} posts each", wanted.threads, wanted.posts.max(1)))?;
    let posts = wanted.posts.max(1);
    // A thread and its posts are written together: steps count posts.
    let threads_a_step = (STEP / posts).max(1);
    let mut first = 0;
    while first < wanted.threads {
        let last = (first + threads_a_step).min(wanted.threads);
        let figures = figures.clone();
        db.write(move |tx| rows::insert_threads(tx, &figures, first..last, posts)).await?;
        first = last;
    }
    super::serve::say(&format!("messages: {}", wanted.messages))?;
    in_steps(db, &figures, wanted.messages, rows::insert_messages).await?;
    let (messages, figures) = (wanted.messages, figures.clone());
    db.write(move |tx| rows::finish(tx, &figures, messages)).await?;
    super::serve::say(&format!("done in {:.1} s", began.elapsed().as_secs_f64()))
}

type Insert = fn(&mut crate::db::Tx<'_>, &Figures, std::ops::Range<i64>) -> Result<()>;

async fn in_steps(db: &Db, figures: &Arc<Figures>, total: i64, insert: Insert) -> Result<()> {
    let mut first = 0;
    while first < total {
        let last = (first + STEP).min(total);
        let figures = figures.clone();
        db.write(move |tx| insert(tx, &figures, first..last)).await?;
        first = last;
    }
    Ok(())
}

/// One line a member, the manager's first.
async fn write_tokens(figures: &Arc<Figures>, wanted: &Wanted) -> Result<()> {
    let (figures, path, members) = (figures.clone(), wanted.tokens.clone(), wanted.members);
    tokio::task::spawn_blocking(move || {
        let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
        for i in 0..members {
            writeln!(file, "{}\t{}", figures.member(i), figures.token(i))?;
        }
        file.flush()
    })
    .await
    .map_err(Error::internal)?
    .map_err(|e| Error::config(format!("--tokens: {e}")))
}
