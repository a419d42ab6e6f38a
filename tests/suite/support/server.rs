//! A server of one test: real, on port 0, with its own database and clock.

use super::client::Client;
use kontor::accounts::model::{Email, Status};
use kontor::accounts::store::{NewAccount, insert_account, insert_session};
use kontor::accounts::token;
use kontor::app::{self, Running};
use kontor::config::Config;
use kontor::db::{Clock, Ms};
use kontor::house::House;
use kontor::i18n::Lang;
use kontor::web::viewer::{MemberId, Role};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

static COUNT: AtomicU32 = AtomicU32::new(0);

pub struct Server {
    pub running: Running,
    pub clock: Clock,
    pub dir: PathBuf,
    /// The PostgreSQL database made for this server alone.
    pub database: Option<String>,
}

impl Server {
    /// A fresh house with the outbox as its mail route.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// A fresh house with more configuration, as the environment would give it.
    pub async fn start_with(vars: &[(&str, &str)]) -> Self {
        let dir = std::env::temp_dir().join(format!(
            "kontor-test-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        ));
        std::fs::create_dir_all(&dir).unwrap();
        let config = ready_config(&dir, vars);
        let own = !vars.iter().any(|(name, _)| *name == "DATABASE_URL");
        let database = own.then(|| config.database_url.rsplit('/').next().map(str::to_owned)).flatten();
        let clock = Clock::default();
        let running = app::start(config, clock.clone()).await.unwrap();
        Self { running, clock, dir, database }
    }

    pub fn house(&self) -> &House {
        &self.running.house
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.address)
    }

    /// Somebody without an account.
    pub fn visitor(&self) -> Client {
        Client::new(format!("http://{}", self.running.address))
    }

    /// An active member of the lowest tier, signed in by a session.
    pub async fn member(&self, name: &str) -> Client {
        self.db_member(name, Role::Member, 0, Lang::En).await
    }

    /// An active member of tier `rank` (0 starter, 10 active, 20 pro, 30 top), signed in.
    pub async fn member_of_tier(&self, name: &str, rank: i32) -> Client {
        self.db_member(name, Role::Member, rank, Lang::En).await
    }

    pub async fn manager(&self) -> Client {
        self.db_member("Jana Petersen", Role::Manager, 0, Lang::En).await
    }

    pub async fn admin(&self) -> Client {
        self.db_member("Ruth Okafor", Role::Admin, 0, Lang::En).await
    }

    /// Writes a member and a session directly: thousands of tests need no argon2 each.
    pub async fn db_member(&self, name: &str, role: Role, rank: i32, lang: Lang) -> Client {
        let address = format!("{}@example.org", kontor::text::slug(name));
        let session = token::fresh().unwrap();
        let (hash, owned) = (token::hash(&session), name.to_owned());
        let id = self
            .house()
            .db
            .write(move |tx| {
                let email = Email::parse(&address).unwrap();
                let new = NewAccount {
                    email: &email,
                    name: &owned,
                    password_hash: None,
                    role,
                    status: Status::Active,
                    lang,
                    pitch: "",
                };
                let id = insert_account(tx, &new)?;
                use diesel::prelude::*;
                use kontor::db::schema::members;
                diesel::update(members::table.find(id.0))
                    .set((members::tier_rank.eq(rank), members::tier_override_rank.eq((rank > 0).then_some(rank))))
                    .execute(&mut **tx)?;
                insert_session(tx, id, &hash, "127.0.0.1", "test")?;
                Ok(id)
            })
            .await
            .unwrap();
        self.visitor().with_session(&session, id)
    }

    /// Moves the one clock and runs what has become due.
    pub async fn advance(&self, by: Ms) {
        self.clock.advance(by);
        self.drain().await;
    }

    /// Runs every job that is due.
    pub async fn drain(&self) -> usize {
        self.house().jobs.drain(self.house()).await.unwrap()
    }

    pub async fn stop(self) {
        self.running.stop().await;
        let _ = std::fs::remove_dir_all(&self.dir);
        if let (Ok(base), Some(name)) = (std::env::var("KONTOR_TEST_POSTGRES"), &self.database) {
            drop_database(&base, name);
        }
    }

    pub fn id_of(client: &Client) -> MemberId {
        client.member
    }
}

/// Configuration of a test: its own folder, any port, the wanted database.
pub fn config(dir: &Path, vars: &[(&str, &str)]) -> Config {
    let mut all: HashMap<String, String> = HashMap::from([
        ("KONTOR_LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
        ("KONTOR_DATA_DIR".to_owned(), dir.display().to_string()),
        // A test asks nobody outside unless it says so.
        ("KONTOR_LINK_PREVIEWS".to_owned(), "off".to_owned()),
    ]);
    if let Ok(base) = std::env::var("KONTOR_TEST_POSTGRES")
        && !vars.iter().any(|(name, _)| *name == "DATABASE_URL")
    {
        all.insert("DATABASE_URL".to_owned(), fresh_database(&base, None));
    }
    for (name, value) in vars {
        all.insert((*name).to_owned(), (*value).to_owned());
    }
    Config::load(|name| all.get(name).cloned()).unwrap()
}

/// The same over a database that has its tables already: a copy of one that was migrated once, which takes a tenth of the time.
/// What a start does with an empty place is tested where the place is empty.
pub fn ready_config(dir: &Path, vars: &[(&str, &str)]) -> Config {
    if vars.iter().any(|(name, _)| *name == "DATABASE_URL") {
        return config(dir, vars);
    }
    match std::env::var("KONTOR_TEST_POSTGRES").ok() {
        Some(base) => {
            let template = TEMPLATE.get_or_init(|| {
                let url = fresh_database(&base, None);
                kontor::db::migrations::apply(&url).unwrap();
                url.rsplit('/').next().unwrap().to_owned()
            });
            let url = fresh_database(&base, Some(template));
            config(dir, &[&[("DATABASE_URL", url.as_str())][..], vars].concat())
        }
        None => {
            let config = config(dir, vars);
            if let Some(file) = kontor::db::sqlite_file(&config.database_url).filter(|file| !file.exists()) {
                let template = TEMPLATE.get_or_init(|| {
                    let path = std::env::temp_dir().join(format!("kontor-template-{}.db", std::process::id()));
                    let path = path.display().to_string();
                    kontor::db::migrations::apply(&path).unwrap();
                    path
                });
                std::fs::copy(template, file).unwrap();
            }
            config
        }
    }
}

/// Name, or path, of the migrated database that others are copies of.
static TEMPLATE: std::sync::OnceLock<String> = std::sync::OnceLock::new();

/// Makes a PostgreSQL database on the throw-away server, empty or as a copy, and answers its URL.
fn fresh_database(base: &str, template: Option<&str>) -> String {
    use diesel::connection::SimpleConnection;
    use diesel::prelude::*;
    let name = format!("t{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut conn = diesel::PgConnection::establish(base).unwrap();
    let of = template.map(|t| format!(" TEMPLATE {t}")).unwrap_or_default();
    conn.batch_execute(&format!("CREATE DATABASE {name}{of}")).unwrap();
    let mut url = url::Url::parse(base).unwrap();
    url.set_path(&name);
    url.to_string()
}

/// Hundreds of databases would fill a small disk, and a full disk looks like a crash of PostgreSQL.
fn drop_database(base: &str, name: &str) {
    use diesel::connection::SimpleConnection;
    use diesel::prelude::*;
    let mut conn = diesel::PgConnection::establish(base).unwrap();
    // Refused while another node of the same test still uses it: then it goes with the server.
    let _ = conn.batch_execute(&format!("DROP DATABASE {name}"));
}
