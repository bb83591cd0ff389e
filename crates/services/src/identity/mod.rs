//! Who is who: accounts, passwords, sessions, API keys, roles.

mod limit;

pub use limit::SignInLimit;
