//! Named sets of thresholds; a datanet chooses one of its modality.

use karat_types::Modality;
use serde::{Deserialize, Serialize};

/// A named set of thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Running text.
    Prose,
    /// Documentation: version numbers, symbols and links among the words cost less.
    Technical,
    /// Sayings, questions, captions: there is no shortest length.
    Short,
    /// Pages of the web in scripts with spaces: the filters of web corpora on lines count too.
    Web,
    /// Photographs.
    Photo,
    /// Drawings, diagrams, screenshots, icons.
    Graphic,
    /// Spoken words.
    Speech,
    /// Music.
    Music,
    /// Single sounds and noises.
    Sound,
}

impl Profile {
    /// Every profile, those of a modality together, its default first.
    pub const ALL: [Self; 9] = [
        Self::Prose,
        Self::Technical,
        Self::Short,
        Self::Web,
        Self::Photo,
        Self::Graphic,
        Self::Speech,
        Self::Music,
        Self::Sound,
    ];

    /// The default of a modality.
    pub const fn of(modality: Modality) -> Self {
        match modality {
            Modality::Text => Self::Prose,
            Modality::Image => Self::Photo,
            Modality::Audio => Self::Speech,
        }
    }

    /// What it is for.
    pub const fn modality(self) -> Modality {
        match self {
            Self::Prose | Self::Technical | Self::Short | Self::Web => Modality::Text,
            Self::Photo | Self::Graphic => Modality::Image,
            Self::Speech | Self::Music | Self::Sound => Modality::Audio,
        }
    }

    /// The profile of this name, or the default where the name is of another modality.
    pub fn named(name: &str, modality: Modality) -> Self {
        name.parse()
            .ok()
            .filter(|profile: &Self| profile.modality() == modality)
            .unwrap_or(Self::of(modality))
    }

    /// Version of its thresholds; any change of one raises it.
    pub const fn version(self) -> u32 {
        match self {
            Self::Prose | Self::Technical | Self::Short | Self::Web => 2,
            Self::Photo | Self::Graphic | Self::Speech | Self::Music | Self::Sound => 1,
        }
    }

    /// The word it is stored and typed as.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prose => "prose",
            Self::Technical => "technical",
            Self::Short => "short",
            Self::Web => "web",
            Self::Photo => "photo",
            Self::Graphic => "graphic",
            Self::Speech => "speech",
            Self::Music => "music",
            Self::Sound => "sound",
        }
    }
}

impl std::str::FromStr for Profile {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|profile| profile.as_str() == s)
            .ok_or_else(|| format!("'{s}' is not one of: {}", Self::ALL.map(Self::as_str).join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_of_another_modality_gives_way_to_the_default() {
        assert_eq!(Profile::named("technical", Modality::Text), Profile::Technical);
        assert_eq!(Profile::named("prose", Modality::Image), Profile::Photo);
        assert_eq!(Profile::named("poetry", Modality::Audio), Profile::Speech);
        assert!("poetry".parse::<Profile>().unwrap_err().contains("prose, technical"));
        for profile in Profile::ALL {
            assert_eq!(Profile::named(profile.as_str(), profile.modality()), profile);
        }
    }
}
