//! Typed ids: UUIDv7, so they sort by the time they were made.

/// Declares one id type around a UUID.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = "uuid")]
        pub struct $name(pub uuid::Uuid);

        impl $name {
            /// A new id; ids made later sort later.
            pub fn new() -> Self {
                Self(uuid::Uuid::now_v7())
            }
        }
        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                s.parse().map(Self)
            }
        }
        impl From<uuid::Uuid> for $name {
            fn from(id: uuid::Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A way in: a name, a password and roles.
    AccountId,
    /// A credited identity; an imported one has no account.
    ContributorId,
    /// A community dataset.
    DatanetId,
    /// One file offered to a datanet.
    SubmissionId,
    /// An immutable snapshot of a datanet's accepted data.
    ReleaseId,
    /// One fine-tuning job.
    RunId,
    /// A base model or an adapter.
    ModelId,
    /// One unit of background work.
    JobId,
    /// A key for scripts.
    ApiKeyId,
    /// A message to a contributor.
    NoticeId,
    /// A sequence that looks planted in a datanet.
    AlertId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_time_they_were_made_and_survive_their_text() {
        let (a, b) = (RunId::new(), RunId::new());
        assert!(a < b);
        assert_eq!(a.to_string().parse::<RunId>().unwrap(), a);
        assert!("not-an-id".parse::<RunId>().is_err());
    }
}
