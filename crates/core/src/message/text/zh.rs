//! Chinese, simplified.

use super::Words;
use crate::message::notice::{FactorName, Notice};
use crate::message::template::Template;

pub(super) const UNKNOWN: &str = "未知";
pub(super) const LINK: &str = "或打开此页面：";

pub(super) const fn words(template: Template) -> Words {
    match template {
        Template::ResetPassword => Words {
            subject: "重置密码的验证码",
            body: "有人（希望是您本人）忘记了您在 {service} 的账户密码。\n\n\
                   设置新密码的验证码：{code}\n\n{link}\n\n\
                   验证码在 {minutes} 分钟内有效，只能使用一次。如非本人操作，请忽略，您的密码不会改变。请勿将验证码告诉任何人。\n",
            short: "您在 {service} 重置密码的验证码：{code}。请勿告诉任何人。",
        },
        Template::ResetByAdministrator => Words {
            subject: "请设置新密码",
            body: "管理员请您为 {service} 的账户设置新密码。\n\n\
                   设置新密码的验证码：{code}\n\n{link}\n\n\
                   验证码在 {minutes} 分钟内有效，只能使用一次；过期后可在登录页面重新获取。请勿将验证码告诉任何人，包括管理员。\n",
            short: "您在 {service} 设置新密码的验证码：{code}。请勿告诉任何人。",
        },
        Template::SignIn => Words {
            subject: "登录验证码",
            body: "您登录 {service} 的验证码：{code}\n\n\
                   验证码在 {minutes} 分钟内有效，只能使用一次，且仅用于您请求它的地方。如非本人操作，请忽略。请勿将验证码告诉任何人。\n",
            short: "您登录 {service} 的验证码：{code}。请勿告诉任何人。",
        },
        Template::SecondFactor => Words {
            subject: "确认登录的验证码",
            body: "您在 {service} 确认登录的验证码：{code}\n\n\
                   验证码在 {minutes} 分钟内有效，只能使用一次。如果您没有登录，说明有人正在尝试登录您的账户，请修改密码。请勿将验证码告诉任何人。\n",
            short: "您在 {service} 确认登录的验证码：{code}。请勿告诉任何人。",
        },
        Template::StepUp => Words {
            subject: "确认本人操作的验证码",
            body: "您在 {service} 更改账户前确认本人操作的验证码：{code}\n\n\
                   验证码在 {minutes} 分钟内有效，只能使用一次，且仅用于您请求它的会话。如非本人操作，说明有人已登录您的账户，请修改密码。请勿将验证码告诉任何人。\n",
            short: "您在 {service} 确认本人操作的验证码：{code}。请勿告诉任何人。",
        },
        Template::Enrolment => Words {
            subject: "设置验证方式的验证码",
            body: "您在 {service} 设置新的验证方式的验证码：{code}\n\n\
                   验证码在 {minutes} 分钟内有效，只能使用一次。如非本人操作，请修改密码。请勿将验证码告诉任何人。\n",
            short: "您在 {service} 设置验证方式的验证码：{code}。请勿告诉任何人。",
        },
        Template::ConfirmAddress => Words {
            subject: "请确认此地址",
            body: "为 {service} 的账户确认此地址的验证码：{code}\n\n\
                   验证码在 {minutes} 分钟内有效，只能使用一次。如果您不知情，请忽略。请勿将验证码告诉任何人。\n",
            short: "您在 {service} 确认此号码的验证码：{code}。请勿告诉任何人。",
        },
        Template::Notice(notice) => told(notice),
    }
}

const fn told(notice: Notice) -> Words {
    let (subject, body) = match notice {
        Notice::PasswordChanged => (
            "您的密码已修改",
            "您在 {service} 的账户密码已修改。\n\n\
             时间：{time}\n设备：{device}\n地址：{ip}\n\n\
             如非本人操作，请立即设置新密码并联系管理员。\n",
        ),
        Notice::AccountReset => (
            "您的密码已重置",
            "您在 {service} 的账户密码已重置，所有会话均已结束。\n\n\
             时间：{time}\n设备：{device}\n地址：{ip}\n\n\
             如非本人操作，说明有人能读取您的邮件，请立即联系管理员。\n",
        ),
        Notice::EmailChanged => (
            "您的邮箱地址已更改",
            "您在 {service} 的账户已改用另一个邮箱地址，这是发往此地址的最后一封邮件。\n\n\
             时间：{time}\n设备：{device}\n地址：{ip}\n\n\
             如非本人操作，请立即联系管理员。\n",
        ),
        Notice::PhoneChanged => (
            "您的手机号码已更改",
            "您在 {service} 的账户已改用另一个手机号码。\n\n\
             时间：{time}\n设备：{device}\n地址：{ip}\n\n\
             如非本人操作，请修改密码并联系管理员。\n",
        ),
        Notice::FactorAdded(_) => (
            "已添加验证方式",
            "您在 {service} 的账户新增了验证方式：{factor}。\n\n\
             时间：{time}\n设备：{device}\n地址：{ip}\n\n\
             如非本人操作，请将其移除，修改密码并联系管理员。\n",
        ),
        Notice::FactorRemoved(_) => (
            "已移除验证方式",
            "您在 {service} 的账户移除了验证方式：{factor}。\n\n\
             时间：{time}\n设备：{device}\n地址：{ip}\n\n\
             如非本人操作，请修改密码并联系管理员。\n",
        ),
        Notice::FactorsReset => (
            "您的验证方式已被移除",
            "管理员移除了您在 {service} 的账户的所有验证方式（身份验证器应用、通行密钥、验证码），所有会话均已结束。\
             请重新登录并设置新的验证方式。\n\n\
             时间：{time}\n设备：{device}\n地址：{ip}\n\n\
             如非您本人要求，请立即修改密码并联系管理员。\n",
        ),
        Notice::EnrolmentReleased => (
            "您可以设置验证方式",
            "管理员已允许您为 {service} 的账户首次设置验证方式。请在一小时内登录并设置，无需验证码。\n\n\
             时间：{time}\n设备：{device}\n地址：{ip}\n\n\
             如非您本人请求，请修改密码并联系管理员：知道您密码的人可能会设置他们自己的验证方式。\n",
        ),
        Notice::NewDevice => (
            "新设备登录",
            "您在 {service} 的账户在一台新设备上登录。\n\n\
             时间：{time}\n设备：{device}\n地址：{ip}\n\n\
             如非本人操作，请结束该会话并修改密码。\n",
        ),
        Notice::SignInRefused => (
            "已拒绝一次登录",
            "有人以正确的凭据尝试登录您在 {service} 的账户，因风险过高已被拒绝。\n\n\
             时间：{time}\n设备：{device}\n地址：{ip}\n\n\
             如非本人操作，请修改密码；如是本人操作，请在常用的环境中重试，或联系管理员。\n",
        ),
        Notice::ActedFor => (
            "有人正在代表您操作",
            "{actor} 已按照贵组织的规定代表您登录。\n\n\
             原因：{reason}\n应用：{client}\n时间：{time}\n设备：{device}\n地址：{ip}\n\n\
             您在 {service} 的账户会列出该会话，您可以立即将其结束。如非预期，请联系管理员。\n",
        ),
        Notice::ActAsked => (
            "有人请求代表您操作",
            "{actor} 请求代表您登录；您须在十分钟内同意，否则对方无法登录。\n\n\
             原因：{reason}\n应用：{client}\n时间：{time}\n设备：{device}\n地址：{ip}\n\n\
             您在 {service} 的账户会列出该请求，您可以在那里同意或拒绝。如不处理，则不会有人代表您操作。请勿为此向任何人提供验证码或密码。\n",
        ),
        Notice::ActDigest => (
            "代表您进行的操作汇总",
            "有人已按照贵组织的规定代表您登录：\n\n{acts}\n\n\
             您在 {service} 的账户会列出每次会话的开始和结束时间。如非预期，请联系管理员。\n",
        ),
        Notice::ApprovalAsked => (
            "有人请求您批准其代表用户操作",
            "{actor} 请求代表 {subject} 登录；须由一位管理用户的人员在十分钟内批准，否则对方无法登录。\n\n\
             原因：{reason}\n应用：{client}\n时间：{time}\n设备：{device}\n地址：{ip}\n\n\
             您收到此邮件是因为您在 {service} 可以批准：您可以在那里批准或拒绝。如无人处理，则不会有人代表该用户操作。\n",
        ),
        Notice::GlassBroken => (
            "有人未经许可代表用户操作",
            "{actor} 已启用紧急访问：在未征得任何人同意的情况下代表 {subject} 操作。\n\n\
             原因：{reason}\n应用：{client}\n时间：{time}\n设备：{device}\n地址：{ip}\n\n\
             您收到此邮件是因为您在 {service} 管理用户。如非紧急情况，请在那里结束该会话，并查看审计日志。\n",
        ),
    };
    Words { subject, body, short: "" }
}

pub(super) const fn factor(name: FactorName) -> &'static str {
    match name {
        FactorName::Totp => "身份验证器应用",
        FactorName::Passkey => "通行密钥",
        FactorName::Email => "邮件验证码",
        FactorName::Sms => "短信验证码",
        FactorName::RecoveryCodes => "恢复码",
    }
}
