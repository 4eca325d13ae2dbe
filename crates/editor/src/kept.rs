//! Lists that are kept beside a path, and that others may change at the same time.

/// What becomes of a list that others have changed since this page read or wrote it last: what either has added is
/// there, and what either has taken out is not. What both have changed is there in both ways: nothing is lost.
#[must_use]
pub fn join<T: Clone + PartialEq>(base: &[T], ours: &[T], theirs: &[T]) -> Vec<T> {
    let stays = |one: &&T| theirs.contains(one) || !base.contains(one);
    let is_new = |one: &&T| !base.contains(one) && !ours.contains(one);
    ours.iter().filter(stays).chain(theirs.iter().filter(is_new)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_either_is_lost() {
        assert_eq!(join(&[1, 2], &[1, 2, 3], &[1, 2]), [1, 2, 3], "nobody else has changed it");
        assert_eq!(join(&[1, 2], &[1, 2, 3], &[1, 2, 4]), [1, 2, 3, 4], "both have added");
        assert_eq!(join(&[1, 2], &[1, 2, 3], &[1, 2, 3]), [1, 2, 3], "both have added the same");
        assert_eq!(join(&[1, 2, 3], &[1, 3], &[1, 2]), [1], "each has taken one out");
        assert_eq!(join(&[1, 2], &[9, 2], &[8, 2]), [9, 2, 8], "both have changed the same");
        assert_eq!(join(&[1, 2], &[2], &[8, 2]), [2, 8], "one has taken out what the other has changed");
        assert_eq!(join(&[], &[1], &[]), [1], "it is kept there for the first time");
    }

    #[test]
    fn joined_again_it_stays_as_it_is() {
        let (base, ours, theirs) = ([1, 2, 3], [1, 3, 4], [2, 3, 5]);
        let all = join(&base, &ours, &theirs);
        assert_eq!(all, [3, 4, 5]);
        assert_eq!(join(&ours, &ours, &all), all);
    }
}
