//! English.

use super::Words;
use crate::message::notice::{FactorName, Notice};
use crate::message::template::Template;

pub(super) const UNKNOWN: &str = "unknown";
pub(super) const LINK: &str = "Or open this page:";

pub(super) const fn words(template: Template) -> Words {
    match template {
        Template::ResetPassword => Words {
            subject: "Your code for a new password",
            body: "Somebody, you we hope, has forgotten the password of your account at {service}.\n\n\
                   Your code for a new one: {code}\n\n{link}\n\n\
                   It can be used once, within {minutes} minutes. If it was not you, do nothing: your password stays \
                   as it is. Give this code to nobody.\n",
            short: "{code} is your code for a new password at {service}. Give it to nobody.",
        },
        Template::ResetByAdministrator => Words {
            subject: "Set a new password",
            body: "An administrator asks you to set a new password for your account at {service}.\n\n\
                   Your code for it: {code}\n\n{link}\n\n\
                   It can be used once, within {minutes} minutes; after that, ask for another where you sign in. Give \
                   this code to nobody, the administrator neither.\n",
            short: "{code} is your code for a new password at {service}. Give it to nobody.",
        },
        Template::SignIn => Words {
            subject: "Your code to sign in",
            body: "Your code to sign in at {service}: {code}\n\n\
                   It can be used once, within {minutes} minutes, where you asked for it. If you did not, do nothing. \
                   Give this code to nobody.\n",
            short: "{code} is your code to sign in at {service}. Give it to nobody.",
        },
        Template::SecondFactor => Words {
            subject: "Your code to confirm a sign-in",
            body: "Your code to confirm a sign-in at {service}: {code}\n\n\
                   It can be used once, within {minutes} minutes. If you are not signing in, somebody else has begun \
                   to: change your password. Give this code to nobody.\n",
            short: "{code} is your code to confirm a sign-in at {service}. Give it to nobody.",
        },
        Template::StepUp => Words {
            subject: "Your code to confirm that it is you",
            body: "Your code to confirm that it is you, before a change of your account at {service}: {code}\n\n\
                   It can be used once, within {minutes} minutes, in the session in which you asked for it. If you did \
                   not, somebody else is signed in as you: change your password. Give this code to nobody.\n",
            short: "{code} is your code to confirm that it is you at {service}. Give it to nobody.",
        },
        Template::Enrolment => Words {
            subject: "Your code to set up a further proof",
            body: "Your code to set up a further proof of who you are at {service}: {code}\n\n\
                   It can be used once, within {minutes} minutes. If it was not you, change your password. Give this \
                   code to nobody.\n",
            short: "{code} is your code to set up a further proof at {service}. Give it to nobody.",
        },
        Template::ConfirmAddress => Words {
            subject: "Confirm this address",
            body: "Your code to confirm this address for an account at {service}: {code}\n\n\
                   It can be used once, within {minutes} minutes. If you do not know of it, do nothing. Give this code \
                   to nobody.\n",
            short: "{code} is your code to confirm this number at {service}. Give it to nobody.",
        },
        Template::Notice(notice) => told(notice),
    }
}

const fn told(notice: Notice) -> Words {
    let (subject, body) = match notice {
        Notice::PasswordChanged => (
            "Your password was changed",
            "The password of your account at {service} was changed.\n\n\
             Time: {time}\nDevice: {device}\nAddress: {ip}\n\n\
             If it was not you, set a new one at once and tell your administrator.\n",
        ),
        Notice::AccountReset => (
            "Your password was set anew",
            "The forgotten password of your account at {service} was set anew, and all of its sessions were ended.\n\n\
             Time: {time}\nDevice: {device}\nAddress: {ip}\n\n\
             If it was not you, tell your administrator at once: somebody reads your mail.\n",
        ),
        Notice::EmailChanged => (
            "Your e-mail address was changed",
            "Your account at {service} has another e-mail address now; this is the last message to this one.\n\n\
             Time: {time}\nDevice: {device}\nAddress: {ip}\n\n\
             If it was not you, tell your administrator at once.\n",
        ),
        Notice::PhoneChanged => (
            "Your phone number was changed",
            "Your account at {service} has another phone number now.\n\n\
             Time: {time}\nDevice: {device}\nAddress: {ip}\n\n\
             If it was not you, change your password and tell your administrator.\n",
        ),
        Notice::FactorAdded(_) => (
            "A further proof was set up",
            "From now on this proves who you are at {service}, too: {factor}.\n\n\
             Time: {time}\nDevice: {device}\nAddress: {ip}\n\n\
             If it was not you, remove it, change your password and tell your administrator.\n",
        ),
        Notice::FactorRemoved(_) => (
            "A proof was removed",
            "This proves who you are at {service} no longer: {factor}.\n\n\
             Time: {time}\nDevice: {device}\nAddress: {ip}\n\n\
             If it was not you, change your password and tell your administrator.\n",
        ),
        Notice::FactorsReset => (
            "Your further proofs were removed",
            "An administrator removed all further proofs of your account at {service}: authenticator apps, passkeys, \
             codes. All of its sessions were ended. Sign in and set a new one up.\n\n\
             Time: {time}\nDevice: {device}\nAddress: {ip}\n\n\
             If you have not asked for it, change your password and tell your administrator at once.\n",
        ),
        Notice::EnrolmentReleased => (
            "You may set up a further proof",
            "An administrator allows you to set up a first further proof of who you are at {service}. Sign in within an \
             hour to do so; you need no code for it.\n\n\
             Time: {time}\nDevice: {device}\nAddress: {ip}\n\n\
             If you did not ask for it, change your password and tell your administrator: whoever knows your password \
             can set up theirs.\n",
        ),
        Notice::NewDevice => (
            "A sign-in from a new device",
            "Your account at {service} was signed in to from a device that we do not know.\n\n\
             Time: {time}\nDevice: {device}\nAddress: {ip}\n\n\
             If it was not you, end that session and change your password.\n",
        ),
        Notice::SignInRefused => (
            "A sign-in was refused",
            "Somebody with the right secret tried to sign in to your account at {service}. We refused it as too \
             risky.\n\n\
             Time: {time}\nDevice: {device}\nAddress: {ip}\n\n\
             If it was not you, change your password. If it was, try where you usually are, or ask your \
             administrator.\n",
        ),
        Notice::ActedFor => (
            "Somebody acts on your behalf",
            "{actor} has signed in on your behalf, with what your organization allows for that.\n\n\
             Why: {reason}\nWhere: {client}\nTime: {time}\nDevice: {device}\nAddress: {ip}\n\n\
             Your account at {service} lists the session, and you can end it there at once. If you did not expect this, ask \
             your administrator.\n",
        ),
        Notice::ActAsked => (
            "Somebody wants to act on your behalf",
            "{actor} asks to sign in on your behalf, and cannot unless you agree within ten minutes.\n\n\
             Why: {reason}\nWhere: {client}\nTime: {time}\nDevice: {device}\nAddress: {ip}\n\n\
             Your account at {service} lists the request: agree to it there, or refuse it. If you do nothing, nobody acts. \
             Never tell anybody a code or a password for this.\n",
        ),
        Notice::ActDigest => (
            "Who acted on your behalf",
            "Others signed in on your behalf, with what your organization allows for that:\n\n{acts}\n\n\
             Your account at {service} lists each with its begin and end. If you did not expect this, ask your \
             administrator.\n",
        ),
        Notice::ApprovalAsked => (
            "Somebody asks you to approve that they act on a user's behalf",
            "{actor} asks to sign in on behalf of {subject}, and cannot unless one of those who administer users \
             approves within ten minutes.\n\n\
             Why: {reason}\nWhere: {client}\nTime: {time}\nDevice: {device}\nAddress: {ip}\n\n\
             You get this because you may, at {service}: approve it there, or refuse it. If nobody does, nobody acts.\n",
        ),
        Notice::GlassBroken => (
            "Somebody acts on a user's behalf without anybody's leave",
            "{actor} has broken the glass: they act for {subject}, and nobody was asked before.\n\n\
             Why: {reason}\nWhere: {client}\nTime: {time}\nDevice: {device}\nAddress: {ip}\n\n\
             You get this because you administer users at {service}. If it is no emergency, end the session there, and look \
             at the audit log.\n",
        ),
    };
    Words { subject, body, short: "" }
}

pub(super) const fn factor(name: FactorName) -> &'static str {
    match name {
        FactorName::Totp => "an authenticator app",
        FactorName::Passkey => "a passkey",
        FactorName::Email => "codes by e-mail",
        FactorName::Sms => "codes by text message",
        FactorName::RecoveryCodes => "recovery codes",
    }
}
