//! The one error of the house. It says what the caller can do and knows no HTTP; `web::problem` translates it.

use std::borrow::Cow;
use std::time::Duration;

/// Shorthand for results of the house.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One invalid field of a form or a JSON body.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// Name of the field, or a path such as `rule.all[0].op`.
    pub field: Cow<'static, str>,
    /// Stable code such as `required`, `too_long`, `taken`; the text is `error-field-<code>` in Fluent.
    pub code: &'static str,
    /// What the text needs: limits, suggestions.
    pub args: Vec<(&'static str, String)>,
}

impl FieldError {
    /// An error of `field` with a stable `code`.
    pub fn new(field: impl Into<Cow<'static, str>>, code: &'static str) -> Self {
        Self { field: field.into(), code, args: Vec::new() }
    }

    /// Adds a value for the text.
    pub fn arg(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }
}

/// What went wrong, as far as the caller is concerned.
#[derive(Debug)]
pub enum Error {
    /// It is not there, or the caller may not know that it is.
    NotFound,
    /// Nobody is signed in.
    SignInRequired,
    /// What was shown to prove who it is does not do; the code names the reason (`error-<code>` in Fluent).
    Unauthorized(&'static str),
    /// The caller knows the thing and may not do this to it. The code names the reason (`error-<code>` in Fluent).
    Forbidden(&'static str),
    /// Fields that must be mended.
    Invalid(Vec<FieldError>),
    /// The state does not allow it; the code names the reason (`error-<code>` in Fluent).
    Conflict(&'static str),
    /// Like `Conflict`, with the id of the thing in the way.
    ConflictWith(&'static str, i64),
    /// Too often; try again after this long.
    TooMany {
        /// How long to wait.
        retry_after: Duration,
    },
    /// Not yet: the code names the reason (`error-<code>` in Fluent), and when it will do.
    Wait {
        /// Why.
        code: &'static str,
        /// How long to wait.
        retry_after: Duration,
    },
    /// The body or a part of it is over its limit in bytes.
    TooLarge(usize),
    /// The body's media type is not one this address takes.
    UnsupportedType,
    /// The address exists and does not know that method.
    MethodNotAllowed,
    /// The request cannot be read at all; the code names the reason.
    BadRequest(&'static str),
    /// Kontor is stopping or a part it needs is away for a moment.
    Unavailable,
    /// The operator must change something before the server can run; shown on the console only.
    Config(String),
    /// Ours; logged with a reference, never shown.
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Wraps a failure of ours.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(source.into())
    }

    /// Wraps a boxed failure, as `map_err` likes it.
    pub fn boxed(source: Box<dyn std::error::Error + Send + Sync>) -> Self {
        Self::Internal(source)
    }

    /// A mistake of the operator.
    pub fn config(why: impl Into<String>) -> Self {
        Self::Config(why.into())
    }

    /// One invalid field.
    pub fn field(field: impl Into<Cow<'static, str>>, code: &'static str) -> Self {
        Self::Invalid(vec![FieldError::new(field, code)])
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Internal(source) => write!(f, "internal: {source}"),
            Self::Config(why) => f.write_str(why),
            Self::Invalid(fields) => {
                f.write_str("invalid:")?;
                fields.iter().try_for_each(|e| write!(f, " {}={}", e.field, e.code))
            }
            other => write!(f, "{other:?}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Internal(source) => Some(source.as_ref()),
            _ => None,
        }
    }
}
