//! The states of every state machine, and the small closed lists beside them.

use serde::{Deserialize, Serialize};

/// Declares a closed list of words with its text form, for rows and JSON alike.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:tt),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[allow(missing_docs, reason = "most words say it themselves")]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $text)] $variant,)+
        }
        impl $name {
            /// Every word of the list, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The word itself.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                match s {
                    $($text => Ok(Self::$variant),)+
                    other => Err(format!("'{other}' is not one of: {}", [$($text),+].join(", "))),
                }
            }
        }
    };
}

words! {
    /// What a datanet holds; fixed when it is created.
    Modality { Text = "text", Image = "image", Audio = "audio" }
}

words! {
    /// Where a submission stands.
    SubmissionState {
        /// Waiting for the gate.
        Checking = "checking",
        /// The gate found an objective fault; costs nothing, counts nowhere.
        Refused = "refused",
        /// A person must look.
        Held = "held",
        /// The gate found nothing against it.
        Passed = "passed",
        /// A person is to decide.
        InReview = "in_review",
        /// Part of the next release.
        Accepted = "accepted",
        /// Not useful for this datanet.
        Rejected = "rejected",
        /// Accepted once, found false by an audit.
        Voided = "voided",
        /// Taken back by its contributor.
        Withdrawn = "withdrawn",
    }
}

impl SubmissionState {
    /// Whether `self → next` is one of the allowed moves.
    pub const fn may_become(self, next: Self) -> bool {
        use SubmissionState::*;
        matches!(
            (self, next),
            (Checking, Refused | Held | Passed)
                | (Held | Passed, InReview)
                | (Held, Withdrawn)
                | (InReview, Accepted | Rejected | Withdrawn)
                | (Accepted, Voided | Withdrawn)
                | (Rejected, Accepted | Withdrawn)
        )
    }
}

words! {
    /// What the gate says of a file.
    GateOutcome { Refused = "refused", Held = "held", Passed = "passed" }
}

words! {
    /// What people, or the automatic policy, say of a submission.
    Outcome { Accepted = "accepted", Rejected = "rejected" }
}

words! {
    /// Who decides on what the gate let through.
    ReviewPolicy {
        /// Blind reviewers.
        Panel = "panel",
        /// The datanet's owner.
        Owner = "owner",
        /// The score against the datanet's threshold.
        Automatic = "automatic",
    }
}

words! {
    /// Why a reviewer rejects; always at least one.
    RejectReason {
        OffTopic = "off_topic",
        LowQuality = "low_quality",
        NotOriginal = "not_original",
        Incorrect = "incorrect",
        Harmful = "harmful",
        Private = "private_data",
        WrongLicence = "wrong_licence",
        Unreadable = "unreadable",
        /// The automatic policy's only reason: the score is under the threshold.
        ScoreBelowThreshold = "score_below_threshold",
    }
}

impl RejectReason {
    /// Whether it says that the content may not have been its sender's to give: then it
    /// stands in nobody else's way, and earns no credit for having been first.
    pub const fn frees(self) -> bool {
        matches!(self, Self::NotOriginal | Self::Private | Self::WrongLicence)
    }
}

words! {
    /// Where a submitted file comes from, as its contributor declares.
    Origin { Own = "own", Collected = "collected", PublicDomain = "public_domain" }
}

words! {
    /// How a submitted file was made, as its contributor declares.
    SourceType { Human = "human", AiAssisted = "ai_assisted", AiGenerated = "ai_generated" }
}

words! {
    /// How well a contributor's acceptance is proven.
    Tier { Newcomer = "Newcomer", Proven = "Proven", Trusted = "Trusted", Expert = "Expert" }
}

words! {
    /// What an account may do beyond contributing.
    Role { Contributor = "contributor", Reviewer = "reviewer", Builder = "builder", Operator = "operator" }
}

words! {
    /// Where a release stands.
    ReleaseState { Building = "building", Ready = "ready", Failed = "failed" }
}

words! {
    /// Where a fine-tuning run stands.
    RunState {
        Queued = "queued",
        Running = "running",
        /// Asked to stop and save.
        Stopping = "stopping",
        Done = "done",
        /// Stopped early by a person; its adapter was saved.
        Stopped = "stopped",
        Cancelled = "cancelled",
        Failed = "failed",
    }
}

impl RunState {
    /// Whether nothing more will happen to the run.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Stopped | Self::Cancelled | Self::Failed)
    }
}

words! {
    /// How a run changes the model.
    Method {
        /// Two thin matrices beside each linear layer.
        Lora = "lora",
        /// The same, over a base held in four bits.
        Qlora = "qlora",
        /// Every weight.
        Full = "full",
    }
}

impl Method {
    /// Whether an adapter comes out, and the base stays as it is.
    pub const fn has_adapter(self) -> bool {
        !matches!(self, Self::Full)
    }
}

words! {
    /// How the numbers of a base are held and computed with.
    #[derive(Default)]
    Precision {
        /// 32-bit floats: the reference.
        #[default]
        F32 = "f32",
        /// 16-bit brain floats.
        Bf16 = "bf16",
        /// 8-bit integers, a scale every 32 numbers.
        Q8 = "q8",
        /// 4-bit integers, a scale every 32 numbers.
        Q4 = "q4",
        /// bitsandbytes' NF4: 4 bits spaced like a normal distribution.
        Nf4 = "nf4",
    }
}

words! {
    /// What a stored model is.
    ModelKind { Base = "base", Adapter = "adapter" }
}

words! {
    /// Where a background job stands.
    JobState { Ready = "ready", Running = "running", Done = "done", Dead = "dead" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_survive_their_text_and_unknown_ones_name_the_list() {
        for state in SubmissionState::ALL {
            assert_eq!(state.as_str().parse::<SubmissionState>().unwrap(), *state);
        }
        assert!("pdf".parse::<Modality>().unwrap_err().contains("text, image, audio"));
    }

    #[test]
    fn the_api_description_names_the_words_that_are_sent() {
        let schema = <SubmissionState as utoipa::PartialSchema>::schema();
        let described = serde_json::to_value(schema).unwrap();
        assert_eq!(described["enum"], serde_json::to_value(SubmissionState::ALL).unwrap());
    }

    #[test]
    fn a_refusal_is_final_and_a_rejection_can_be_won_back() {
        use SubmissionState::*;
        assert!(SubmissionState::ALL.iter().all(|s| !Refused.may_become(*s)));
        assert!(Rejected.may_become(Accepted));
        assert!(!Accepted.may_become(Rejected));
    }
}
