//! People: accounts, sign-in, API keys, notices.

use karat_types::id::{AccountId, ApiKeyId, ContributorId, NoticeId};
use karat_types::{Micros, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The person who asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// The way in.
    pub account: AccountId,
    /// The credited identity.
    pub contributor: ContributorId,
    /// Sign-in name.
    pub name: String,
    /// What the account may do.
    pub roles: Vec<Role>,
    /// Unread notices.
    pub unread: u64,
}

/// Sign-up and sign-in form.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct Credentials {
    /// 3–40 letters, digits, `-`, `_` or `.`.
    pub name: String,
    /// At least 10 characters.
    pub password: String,
}

/// Change one's password.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct PasswordChange {
    /// The present one.
    pub current: String,
    /// At least 10 characters.
    pub new: String,
}

/// First start: make the operator.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct SetUp {
    /// From the one-time URL printed at the first start.
    pub token: String,
    /// Sign-in name.
    pub name: String,
    /// At least 10 characters.
    pub password: String,
}

/// An API key as listed; the secret is shown once, at creation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What its owner calls it.
    pub name: String,
    /// First characters, to recognise it by.
    pub prefix: String,
    /// When it was made.
    pub created_at: Micros,
    /// Last use, to the minute.
    pub last_used_at: Option<Micros>,
}

/// A fresh API key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NewApiKey {
    /// The key as listed.
    pub key: ApiKey,
    /// `karat_…`: shown this once.
    pub secret: String,
}

/// Name of a key to make.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ApiKeyForm {
    /// What to call it.
    pub name: String,
}

/// A person as the operator sees them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Account {
    /// The way in.
    pub id: AccountId,
    /// Sign-in name.
    pub name: String,
    /// What the account may do.
    pub roles: Vec<Role>,
    /// When it was made.
    pub created_at: Micros,
}

/// Grant or take back a role.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RoleChange {
    /// The role.
    pub role: Role,
    /// True grants, false takes back.
    pub granted: bool,
}

/// A message to a contributor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    /// Its id.
    pub id: NoticeId,
    /// One sentence.
    pub text: String,
    /// Where to look, a path of the UI.
    pub link: String,
    /// When.
    pub created_at: Micros,
    /// Whether it was read.
    pub read: bool,
}
