//! A file about which questions are open: what its columns are, of which zone its times, of which day its sales.
//! The answers are remembered for the next file with the same head.

use super::columns::{self, Head};
use super::{Draft, Kind, MOST_BYTES, Options, SaleDate, accept, folder, lists, run_blocking};
use crate::accounts::token;
use crate::db::DAY;
use crate::error::{Error, FieldError, Result};
use crate::house::House;
use crate::programs::amount::Style;
use crate::programs::store::drafts as store;
use crate::web::viewer::MemberId;
use std::collections::BTreeMap;

/// Job that forgets files nobody answered for.
pub const TIDY_JOB: &str = "imports.tidy";

/// What is answered about a file.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Answers {
    /// Our column name to the file's heading; an empty heading: none.
    pub mapping: BTreeMap<String, String>,
    /// IANA zone of the file's times.
    pub time_zone: String,
    /// `YYYY-MM-DD` or `per_row`.
    pub sale_date: String,
    /// Slug.
    pub program: String,
    /// `auto`, `de` or `en`.
    pub number_format: String,
    /// The sentence people agreed to where they subscribed.
    pub consent_wording: String,
    /// `de` or `en`: of people of whom the file says none; empty: `en`.
    pub language: String,
}

/// What is asked about a file.
pub struct Questions {
    /// The file.
    pub id: i64,
    /// Kind.
    pub kind: Kind,
    /// Name of the file.
    pub file_name: String,
    /// Its first rows.
    pub head: Head,
    /// The answers given for the last file with this head; what is known of this one otherwise.
    pub answers: Answers,
    /// Whether these answers were given before.
    pub remembered: bool,
}

/// Takes a file in and looks at it.
///
/// # Errors
/// Invalid fields: `kind`, `file`.
pub async fn take(house: &House, actor: MemberId, draft: Draft) -> Result<i64> {
    let mut check = crate::web::forms::Check::new();
    let kind = check.keep(Kind::parse(&draft.kind));
    if draft.file.is_none() {
        check.add(FieldError::new("file", "required"));
    }
    check.done()?;
    let (Some(kind), Some(path)) = (kind, draft.file) else {
        return Err(Error::internal("checked fields are missing"));
    };
    let (looked, sent_as) = (path.clone(), draft.file_name.clone());
    run_blocking(move || {
        if kind == Kind::Mailchimp {
            lists::unpack(&looked, &sent_as, MOST_BYTES as u64)?;
        }
        let unreadable = |_| FieldError::new("file", "unreadable");
        if super::table::shape_of(&looked).map_err(unreadable)?.encoding == super::table::Encoding::Utf16 {
            return Err(FieldError::new("file", "encoding"));
        }
        let head = columns::look(kind, &no_options(), &looked).map_err(unreadable)?;
        if head.columns.is_empty() { Err(FieldError::new("file", "no_rows")) } else { Ok(()) }
    })
    .await?
    .map_err(|e| Error::Invalid(vec![e]))?;
    let stored = path.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
    let name = draft.file_name;
    house.db.write(move |tx| store::insert_draft(tx, kind.code(), (&name, &stored), actor.0)).await
}

fn no_options() -> Options {
    Options {
        time_zone: "UTC".into(),
        sale_date: SaleDate::PerRow,
        program: None,
        mapping: BTreeMap::new(),
        numbers: Style::Auto,
        wording: String::new(),
        german: false,
    }
}

fn key(head: &Head) -> String {
    let names: Vec<String> = head.columns.iter().map(|c| crate::text::fold(&c.header)).collect();
    token::hash(&names.join("\n"))
}

/// What is asked about the file `id`.
///
/// # Errors
/// [`Error::NotFound`] where it was answered for, is somebody else's or was forgotten.
pub async fn questions(house: &House, actor: MemberId, id: i64) -> Result<Questions> {
    let row = house.db.read(move |c| store::find_draft(c, id)).await?;
    if row.created_by != actor.0 {
        return Err(Error::NotFound);
    }
    let kind = Kind::parse(&row.kind).map_err(|e| Error::Invalid(vec![e]))?;
    let path = folder(house).join(&row.file_path);
    if !path.is_file() {
        return Err(Error::NotFound);
    }
    let head = run_blocking(move || columns::look(kind, &no_options(), &path)).await??;
    let header = key(&head);
    let known = house.db.read(move |c| store::find_answers(c, kind.code(), &header)).await?;
    let remembered = known.is_some();
    let mut answers: Answers = known.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    if head.dated && answers.sale_date.is_empty() {
        answers.sale_date = "per_row".into();
    }
    Ok(Questions { id, kind, file_name: row.file_name, head, answers, remembered })
}

/// Takes the answers about a file and puts it into the queue; they are remembered.
///
/// # Errors
/// [`Error::NotFound`]; invalid fields as in [`accept`].
pub async fn answer(house: &House, actor: MemberId, id: i64, answers: Answers, dry_run: bool) -> Result<i64> {
    let asked = questions(house, actor, id).await?;
    let row = house.db.read(move |c| store::find_draft(c, id)).await?;
    let draft = Draft {
        kind: row.kind.clone(),
        time_zone: answers.time_zone.clone(),
        sale_date: answers.sale_date.clone(),
        program: answers.program.clone(),
        mapping: serde_json::to_string(&answers.mapping).map_err(Error::internal)?,
        number_format: answers.number_format.clone(),
        consent_wording: answers.consent_wording.clone(),
        language: answers.language.clone(),
        dry_run,
        file_name: row.file_name,
        file: Some(folder(house).join(&row.file_path)),
    };
    let import = accept(house, actor, draft).await?;
    let header = key(&asked.head);
    // A day belongs to one file.
    let day = if answers.sale_date == "per_row" { answers.sale_date.clone() } else { String::new() };
    let text = serde_json::to_string(&Answers { sale_date: day, ..answers }).map_err(Error::internal)?;
    house
        .db
        .write(move |tx| {
            store::put_answers(tx, &row.kind, &header, &text)?;
            store::delete_draft(tx, id)
        })
        .await?;
    Ok(import)
}

/// Forgets files nobody answered for within a day.
///
/// # Errors
/// When the database fails.
pub async fn tidy(house: House, (): ()) -> Result<()> {
    let before = house.db.now() - DAY;
    for row in house.db.read(move |c| store::list_old_drafts(c, before)).await? {
        let path = folder(&house).join(&row.file_path);
        house.db.write_background(move |tx| store::delete_draft(tx, row.id)).await?;
        if let Err(error) = tokio::fs::remove_file(&path).await {
            tracing::warn!(%error, id = row.id, "a forgotten file could not be removed");
        }
    }
    Ok(())
}
