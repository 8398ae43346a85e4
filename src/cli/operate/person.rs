//! Who acts: the login name of the user whose process this is. Variables such as `USER` can say anything, and are not asked.

use std::fs;
use std::process::{Command, Stdio};

/// The login name; the user's number where the machine does not tell a name.
pub(in crate::cli) fn login_name() -> String {
    let uid = rustix::process::getuid().as_raw();
    let listed = fs::read_to_string("/etc/passwd").ok().and_then(|text| named(&text, uid));
    listed.or_else(asked).unwrap_or_else(|| format!("uid {uid}"))
}

/// The name of a number in the machine's own list of users.
fn named(passwd: &str, uid: u32) -> Option<String> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

/// Users of a directory service are known to `id`.
fn asked() -> Option<String> {
    let output = Command::new("id").arg("-un").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let name = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_users_is_read_by_number() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\n:x:7::\nbroken\nalice:x:1000:1000::/home/alice:/bin/sh\n";
        assert_eq!(named(passwd, 0).as_deref(), Some("root"));
        assert_eq!(named(passwd, 1000).as_deref(), Some("alice"));
        assert_eq!(named(passwd, 7), None);
        assert_eq!(named(passwd, 1), None);
    }
}
