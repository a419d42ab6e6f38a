//! One text as the caller gets it, other ways to take it than a file, what became of it, and the check for a label.

use super::{DownloadQuery, exact_lang, known};
use crate::access::Sight;
use crate::error::{Error, FieldError, Result};
use crate::library::actions::taking::{self, Wish, facts, owner, short_base};
use crate::library::channels::{Channel, Key};
use crate::library::formats::Format;
use crate::library::labels::{self, Country};
use crate::library::marks;
use crate::library::model::reading_minutes;
use crate::library::personal;
use crate::library::results;
use crate::library::store;
use crate::members::store::list_tiers;
use crate::programs::api::Money;
use crate::web::forms::{Check, Json};
use crate::web::guards::Member;
use crate::web::problem::Problem;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

/// A text as its reader gets it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TextJson {
    /// Form.
    pub key: String,
    /// Language.
    pub lang: String,
    /// Subject, filled in.
    pub subject: String,
    /// Plain text, filled in.
    pub text: String,
    /// HTML, filled in.
    pub html: String,
    /// Markdown, filled in.
    pub markdown: String,
    /// The label in its first line.
    pub label: String,
    /// Why it is there.
    pub label_why: String,
    /// Words.
    pub words: i32,
    /// Minutes to read.
    pub minutes: i32,
    /// Words it should have, from and to.
    pub target_words: (i32, i32),
    /// Characters with everything filled in.
    pub characters: usize,
    /// Characters it may have; null: no limit.
    pub most_characters: Option<usize>,
    /// Own words that are missing: names of merge fields.
    pub missing: Vec<String>,
    /// Whether the text needs a link and the caller has none.
    pub needs_ref: bool,
    /// Parts that must stay word for word.
    pub locked: Vec<LockedJson>,
    /// Whether there is an own version.
    pub has_own: bool,
}

/// A locked part.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LockedJson {
    /// `claim`, `price` or `legal`.
    pub reason: String,
    /// With merge fields.
    pub text: String,
}

fn wish(query: &DownloadQuery) -> Result<Wish> {
    let mut c = Check::new();
    let key = known(&mut c, "variant", query.variant.as_deref(), Key::parse);
    let lang = known(&mut c, "lang", query.lang.as_deref(), exact_lang);
    c.done()?;
    Ok(Wish { key, lang, format: Format::Txt, own: query.own.unwrap_or(false) })
}

/// `GET /api/v1/resources/{id}/text`
#[utoipa::path(get, path = "/api/v1/resources/{id}/text", tag = "library", params(("id" = i64, Path), DownloadQuery),
    responses((status = 200, description = "Filled in for the caller; what is missing is marked", body = TextJson), (status = 404, body = Problem)))]
pub async fn show(me: Member, id: web::Path<i64>, query: web::Query<DownloadQuery>) -> Result<HttpResponse> {
    let wish = wish(&query)?;
    let (sight, now, who, id) = (Sight::of(&me.viewer), me.house.db.now(), me.viewer.clone(), *id);
    let (base, lang) = (short_base(&me.house), me.lang());
    let shown = me
        .house
        .db
        .read(move |c| {
            let whole = store::find_visible(c, sight, id, now)?;
            let text = whole.choose(wish.key, wish.lang, who.lang).ok_or(Error::NotFound)?;
            let tiers = list_tiers(c)?;
            let owner = owner(c, &base, &whole, &tiers, (who.id, &who.name, who.tier_rank))?;
            let own = store::own::list_of(c, who.id, id)?;
            let own = own.into_iter().find(|o| o.key == text.key && o.lang == text.lang);
            let mut chosen = text.clone();
            if wish.own {
                let own = own.as_ref().ok_or(Error::NotFound)?;
                (chosen.subject, chosen.body) = (own.subject.clone(), own.body.clone());
            }
            let facts = facts(&whole.resource);
            let copy = personal::sketch(&chosen, &facts, &owner, text.lang().pick("dein-link", "your-link"))?;
            let (plain, measure) = (copy.text(), text.key().measure());
            Ok(TextJson {
                key: chosen.key.clone(),
                lang: chosen.lang.clone(),
                words: copy.words(),
                minutes: reading_minutes(copy.words()),
                target_words: measure.words,
                characters: plain.trim_end().chars().count(),
                most_characters: measure.most,
                missing: personal::missing(&chosen, &owner).iter().map(|f| f.name().to_owned()).collect(),
                needs_ref: owner.code.is_none() && personal::needs_ref(&chosen),
                locked: marks::locked(&text.body)
                    .into_iter()
                    .map(|(reason, text)| LockedJson { reason: reason.code().to_owned(), text })
                    .collect(),
                has_own: own.is_some(),
                label: copy.label.to_owned(),
                label_why: crate::i18n::t(lang, &facts.why(text.lang())).into_owned(),
                html: copy.html(),
                text: plain,
                subject: copy.subject,
                markdown: copy.markdown,
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// How a text left.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyInput {
    /// Form; the first there is when not given.
    #[serde(default)]
    variant: Option<String>,
    /// Language; the caller's own when not given.
    #[serde(default)]
    lang: Option<String>,
    /// The own version.
    #[serde(default)]
    own: bool,
    /// `copy` (when not given) or `share`.
    #[serde(default)]
    way: Option<String>,
}

impl CopyInput {
    fn query(&self) -> DownloadQuery {
        DownloadQuery { variant: self.variant.clone(), lang: self.lang.clone(), format: None, own: Some(self.own) }
    }
}

/// `POST /api/v1/resources/{id}/copies`
#[utoipa::path(post, path = "/api/v1/resources/{id}/copies", tag = "library", params(("id" = i64, Path)), request_body = CopyInput,
    responses((status = 204, description = "Noted: the caller took the text by copying or sharing it"), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn note_copy(me: Member, id: web::Path<i64>, input: Json<CopyInput>) -> Result<HttpResponse> {
    let way = match input.0.way.as_deref() {
        None | Some("copy") => "copy",
        Some("share") => "share",
        Some(_) => return Err(Error::Invalid(vec![FieldError::new("way", "choice").arg("choices", "copy, share")])),
    };
    taking::note_copy(&me.house, &me.viewer, *id, wish(&input.0.query())?, way).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /api/v1/resources/{id}/mail`
#[utoipa::path(post, path = "/api/v1/resources/{id}/mail", tag = "library", params(("id" = i64, Path)), request_body = CopyInput,
    responses((status = 202, description = "On its way to the caller's own address"), (status = 409, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub async fn mail(me: Member, id: web::Path<i64>, input: Json<CopyInput>) -> Result<HttpResponse> {
    taking::mail_to_self(&me.house, &me.viewer, *id, wish(&input.0.query())?).await?;
    Ok(HttpResponse::Accepted().finish())
}

/// What became of one text.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ResultJson {
    /// Form.
    pub key: String,
    /// Language.
    pub lang: String,
    /// Downloads, each member's once a day.
    pub downloads: i64,
    /// Clicks on short links.
    pub clicks: i64,
    /// Sales that name the text's sub-id.
    pub sales: i64,
    /// Their amounts by currency.
    pub amounts: Vec<Money>,
}

/// Own and common results of the last 90 days.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ResultsJson {
    /// Of the caller.
    pub own: Vec<ResultJson>,
    /// Of everybody.
    pub community: Vec<ResultJson>,
}

fn result(line: results::Line) -> ResultJson {
    ResultJson {
        key: line.key.code().to_owned(),
        lang: line.lang.code().to_owned(),
        downloads: line.downloads,
        clicks: line.clicks,
        sales: line.sales,
        amounts: line.amounts.iter().map(|(currency, sum)| Money::new(*sum, currency)).collect(),
    }
}

/// `GET /api/v1/resources/{id}/results`
#[utoipa::path(get, path = "/api/v1/resources/{id}/results", tag = "library", params(("id" = i64, Path)),
    responses((status = 200, body = ResultsJson), (status = 404, body = Problem)))]
pub async fn results(me: Member, id: web::Path<i64>) -> Result<HttpResponse> {
    let (sight, now, id) = (Sight::of(&me.viewer), me.house.db.now(), *id);
    let shown = me
        .house
        .db
        .read(move |c| {
            store::find_visible(c, sight, id, now)?;
            let own = results::lines(c, id, Some(sight.member), now)?;
            let community = results::lines(c, id, None, now)?;
            Ok(ResultsJson {
                own: own.into_iter().map(result).collect(),
                community: community.into_iter().map(result).collect(),
            })
        })
        .await?;
    Ok(HttpResponse::Ok().json(shown))
}

/// A draft to look at.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LabelInput {
    /// At most 50,000 characters.
    text: String,
    /// `de` or `en`.
    lang: String,
    /// Channel; `mail` when not given.
    #[serde(default)]
    channel: Option<String>,
    /// Market; by language when not given.
    #[serde(default)]
    country: Option<String>,
}

/// Whether a draft is labelled.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LabelJson {
    /// Whether its first line carries a label.
    pub labelled: bool,
    /// The label that belongs there.
    pub label: String,
    /// Why.
    pub why: String,
}

/// `POST /api/v1/label-checks`
#[utoipa::path(post, path = "/api/v1/label-checks", tag = "library", request_body = LabelInput,
    responses((status = 200, body = LabelJson), (status = 422, body = Problem)))]
pub async fn check_label(me: Member, input: Json<LabelInput>) -> Result<HttpResponse> {
    let input = input.0;
    let mut c = Check::new();
    let lang = known(&mut c, "lang", Some(&input.lang), exact_lang);
    let channel = known(&mut c, "channel", input.channel.as_deref(), Channel::parse).unwrap_or(Channel::Mail);
    let country = known(&mut c, "country", input.country.as_deref(), Country::parse);
    c.text("text", &input.text, 1, 50_000);
    c.done()?;
    let lang = lang.ok_or_else(|| Error::field("lang", "required"))?;
    let country = country.unwrap_or(Country::usual(lang));
    Ok(HttpResponse::Ok().json(LabelJson {
        labelled: labels::is_labelled(&input.text, lang),
        label: labels::label(lang, channel, country).to_owned(),
        why: crate::i18n::t(me.lang(), &country.why()).into_owned(),
    }))
}
