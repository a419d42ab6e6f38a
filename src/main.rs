//! The command line: parse, load the configuration, run one command.

#![warn(clippy::unwrap_used, clippy::expect_used)]

use clap::{Parser, Subcommand};
use kontor::commands;
use kontor::config::Config;
use kontor::error::Error;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "kontor", version, about = "Forums, chat, newsletters and swipe copy for an affiliate program")]
struct Line {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server (the default).
    Serve,
    /// Run the server on a throw-away folder with the demo community.
    Demo,
    /// Apply migrations and exit.
    Migrate,
    /// Take one consistent archive of database and files while the server runs.
    Backup {
        /// The archive; `<FILE>.sha256` beside it.
        file: std::path::PathBuf,
    },
    /// Put an archive back into an empty place, of either backend.
    Restore {
        /// The archive.
        file: std::path::PathBuf,
    },
    /// Move everything into another database, verified row by row; goes on where it was interrupted.
    Move {
        /// `postgres://…` or the path of an SQLite file.
        #[arg(long)]
        to: String,
    },
    /// Look at everything the house stands on; exit 1 if something is red.
    Doctor {
        /// Send a test mail to this address over the configured route.
        #[arg(long, value_name = "ADDRESS")]
        mail_to: Option<String>,
    },
    /// Work on the keys of encrypted fields.
    Keys {
        #[command(subcommand)]
        what: KeysCommand,
    },
    /// Tell what this version would do to the database, without doing it.
    UpgradeCheck,
    /// Make deterministic synthetic data for load tests.
    BenchData {
        /// Members, the manager included.
        #[arg(long)]
        members: i64,
        /// Threads.
        #[arg(long)]
        threads: i64,
        /// Posts of each thread.
        #[arg(long)]
        posts: i64,
        /// Messages of the room `bench`.
        #[arg(long)]
        messages: i64,
        /// Chooses the data.
        #[arg(long)]
        seed: u64,
        /// File for one `member_id<TAB>api_token` a line, the first one a manager's.
        #[arg(long)]
        tokens: std::path::PathBuf,
    },
    /// Work on admin accounts.
    Admin {
        #[command(subcommand)]
        what: AdminCommand,
    },
}

#[derive(Subcommand)]
enum KeysCommand {
    /// List the keys and what they seal.
    List,
    /// Seal every encrypted field with a new key and forget keys that nothing needs.
    Rotate,
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Make an admin.
    Create {
        /// E-mail address.
        #[arg(long)]
        email: String,
        /// Shown name.
        #[arg(long)]
        name: String,
        /// Read the password from standard input (the only way: arguments are seen by others).
        #[arg(long, required = true)]
        password_stdin: bool,
    },
}

fn main() -> ExitCode {
    // A missing .env file is the normal case.
    let _ = dotenvy::dotenv();
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        eprintln!("kontor: TLS could not be set up");
        return ExitCode::FAILURE;
    }
    let line = Line::parse();
    let config = match Config::load(|name| std::env::var(name).ok()) {
        Ok(config) => config,
        Err(error) => return fail(&error),
    };
    start_log(&config);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&Error::internal(error)),
    };
    match runtime.block_on(run(line.command.unwrap_or(Command::Serve), config)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

async fn run(command: Command, config: Config) -> Result<(), Error> {
    match command {
        Command::Serve => commands::serve::run(config).await,
        Command::Demo => commands::demo::run(config).await,
        Command::Migrate => commands::migrate::run(&config),
        Command::Backup { file } => commands::backup::run(&config, file).await,
        Command::Restore { file } => commands::restore::run(&config, file).await,
        Command::Move { to } => commands::move_to::run(&config, to).await,
        Command::Doctor { mail_to } => commands::doctor::run(&config, mail_to).await,
        Command::Keys { what: KeysCommand::List } => commands::keys::list(&config).await,
        Command::Keys { what: KeysCommand::Rotate } => commands::keys::rotate(&config).await,
        Command::UpgradeCheck => commands::upgrade_check::run(&config),
        Command::BenchData { members, threads, posts, messages, seed, tokens } => {
            let wanted = commands::bench_data::Wanted { members, threads, posts, messages, seed, tokens };
            commands::bench_data::run(&config, wanted).await
        }
        Command::Admin { what: AdminCommand::Create { email, name, .. } } => {
            commands::admin::create(&config, &email, &name).await
        }
    }
}

fn start_log(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::try_new(&config.log)
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if config.log_json { log.json().init() } else { log.compact().init() }
}

fn fail(error: &Error) -> ExitCode {
    eprintln!("kontor: {error}");
    ExitCode::FAILURE
}
