//! Standing from real decisions: the golden values, ranks, seasons.

use crate::kitchen::*;
use karat_services::view::standing::Leaderboard;
use karat_services::{Actor, home, standing, submission};
use karat_store::Store;
use karat_testkit::db_test;
use karat_types::id::DatanetId;
use karat_types::{ReviewPolicy, Tier};

async fn board(k: &Kitchen, id: DatanetId) -> Leaderboard {
    standing::leaderboard(&k.app, &Actor::anyone(), Some(id), None).await.unwrap()
}

/// Sends texts, twenty a day, as the word says: `A` a good one, `R` a poor one.
async fn send_all(k: &Kitchen, who: &Actor, id: DatanetId, word: &str, from: usize) {
    for (n, letter) in word.chars().enumerate() {
        if n > 0 && n % 20 == 0 {
            k.work().await;
            k.tomorrow();
        }
        let text = if letter == 'A' { good(from + n) } else { poor(from + n) };
        k.offer(who, id, "a.txt", &text).await.unwrap();
    }
    k.work().await;
}

db_test! {
    async fn forty_five_of_fifty_prove_what_the_table_says(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        // Rejections first, so that the last acceptance reaches the highest point.
        send_all(&k, &ann, id, &format!("RRRRR{}", "A".repeat(45)), 0).await;
        let line = board(&k, id).await.entries.remove(0);
        assert_eq!((line.accepted, line.rejected, line.standing_bp, line.rate_bp), (45, 5, 6789, Some(9000)));
        assert_eq!(line.tier, Tier::Newcomer, "tiers are earned before panels only");
        // A rejection more proves nothing new and takes nothing back.
        let rejected = k.send(&ann, id, "b.txt", &poor(100)).await;
        assert_eq!(rejected.state.as_str(), "rejected");
        let line = board(&k, id).await.entries.remove(0);
        assert_eq!((line.rejected, line.standing_bp, line.rate_bp), (6, 6789, Some(8823)));
        let page = standing::contributor(&k.app, &Actor::anyone(), ann.contributor.unwrap()).await.unwrap();
        let history = &page.boards[0].history;
        assert_eq!((history.len(), history[49].standing_bp, history[50].standing_bp), (51, 6789, 6789));
        assert!(history.windows(2).all(|w| w[0].standing_bp <= w[1].standing_bp && w[0].decision < w[1].decision));
        assert_eq!((page.boards[0].entry.rank, page.imported), (1, false));
        assert_eq!(standing::recompute_check(&k.app).await.unwrap(), []);
        assert_eq!(home::get(&k.app, &ann).await.unwrap().proven, 1);
    }

    async fn of_equal_standings_the_earlier_leads(store: Store) {
        let k = Kitchen::new(store);
        let (ann, bob, eve) = (k.person("Ann", &[]).await, k.person("Bob", &[]).await, k.person("Eve", &[]).await);
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        send_all(&k, &eve, id, "RA", 0).await;
        send_all(&k, &bob, id, "AAA", 100).await;
        send_all(&k, &ann, id, "AAA", 200).await;
        send_all(&k, &bob, id, "R", 300).await;
        let board = board(&k, id).await;
        let lines: Vec<_> = board.entries.iter().map(|e| (e.rank, e.name.as_str(), e.standing_bp)).collect();
        assert_eq!(lines[..2], [(1, "Bob", 1357), (2, "Ann", 1357)]);
        assert_eq!((lines[2].1, board.counts.as_str()), ("Eve", "automatic"));
        assert!(board.explanation.starts_with("Your standing is the best acceptance rate you have *proved*"));
        assert!(board.explanation.contains("A rejection can never take back what you proved"));
    }

    async fn trials_never_count_and_the_overall_board_counts_panels_only(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        for (n, text) in [good(0), good(1), poor(2)].iter().enumerate() {
            let sent = submission::upload(&k.app, &ann, id, trial("t.txt", text)).await.unwrap();
            k.work().await;
            let state = k.see(sent.id).await.state;
            assert_eq!(state.as_str(), if n < 2 { "accepted" } else { "rejected" });
        }
        assert!(board(&k, id).await.entries.is_empty());
        send_all(&k, &ann, id, "AAA", 10).await;
        let line = board(&k, id).await.entries.remove(0);
        assert_eq!((line.accepted, line.rejected, line.standing_bp), (3, 0, 1357));
        let overall = standing::leaderboard(&k.app, &ann, None, None).await.unwrap();
        assert_eq!((overall.entries.len(), overall.counts.as_str()), (0, "panel"));
        assert!(overall.explanation.contains("panels only"), "{}", overall.explanation);
        assert_eq!(standing::recompute_check(&k.app).await.unwrap(), []);
    }

    async fn a_season_starts_anew_and_the_last_one_stays_readable(store: Store) {
        let k = Kitchen::new(store);
        let ann = k.person("Ann", &[]).await;
        let id = k.datanet(&ann, ReviewPolicy::Automatic).await.id;
        send_all(&k, &ann, id, "AAA", 0).await;
        let first = board(&k, id).await;
        assert_eq!((first.season, first.season_ends_at.to_string().as_str()), (692, "2026-12-03T00:00:00Z"));
        let waiting = k.offer(&ann, id, "a.txt", &good(3)).await.unwrap();
        k.clock.set(first.season_ends_at);
        assert!(board(&k, id).await.entries.is_empty());
        // A decision belongs to the season it is made in, whenever the file came.
        k.work().await;
        assert_eq!(k.see(waiting.id).await.state.as_str(), "accepted");
        let second = board(&k, id).await;
        assert_eq!((second.season, second.entries[0].accepted, second.entries[0].standing_bp), (693, 1, karat_economy::proven_bp(1, 0).unwrap()));
        let old = standing::leaderboard(&k.app, &ann, Some(id), Some(692)).await.unwrap();
        assert_eq!((old.entries[0].accepted, old.entries[0].standing_bp), (3, 1357));
        assert_eq!(standing::recompute_check(&k.app).await.unwrap(), []);
    }
}
