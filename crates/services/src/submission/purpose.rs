//! T20: what a datanet is for, by its own words and by what it has accepted.
//!
//! Looked up before the gate runs and outside of any lock: a text accepted in between
//! changes a likeness by less than a hundredth. What it came to is stored in the verdict.

use crate::words::{json, word};
use karat_gate::text::fit::{self, Sketch};
use karat_gate::{Examined, Prints, join_fit};
use karat_store::{Conn, entity, query};
use karat_types::finding::Verdict;
use karat_types::{Modality, Problem};

/// What texts of a datanet are compared with.
pub(super) struct Purpose {
    charter: String,
    /// Words of the newest accepted texts, the oldest first.
    accepted: Vec<Vec<(u32, u16)>>,
}

impl Purpose {
    /// Purpose, guidelines and topics of a datanet of texts, and what it accepted last;
    /// none for other datanets.
    pub(super) async fn of(
        conn: &impl Conn,
        datanet: &entity::datanet::Model,
    ) -> Result<Option<Self>, Problem> {
        if word::<Modality>(&datanet.modality)? != Modality::Text {
            return Ok(None);
        }
        let topics: Vec<String> = json(&datanet.topics)?;
        let charter = format!("{}\n{}\n{}", datanet.purpose, datanet.guidelines, topics.join("\n"));
        let heads =
            query::near::accepted_heads(conn, datanet.id, fit::NEWEST as u64, Prints::HEAD_BYTES).await?;
        let terms = heads.iter().map(|head| Prints::terms_of(head));
        let accepted =
            terms.collect::<Result<_, _>>().map_err(|error| Problem::internal(format!("{error}.")))?;
        Ok(Some(Self { charter, accepted }))
    }

    /// The verdict with check T20.
    pub(super) fn judge(&self, verdict: Verdict, examined: &Examined, text: Option<&str>) -> Verdict {
        let accepted = Sketch::of(self.accepted.iter().map(Vec::as_slice));
        let text = text.unwrap_or_default();
        join_fit(verdict, fit::fit(&examined.prints.terms, text, &self.charter, &accepted))
    }
}
