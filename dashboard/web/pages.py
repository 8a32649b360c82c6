"""The few pages beside Streamlit: log-in and log-out. Plain HTML, no script, nothing fetched from elsewhere."""

from html import escape
from string import Template

#: The tokens of the product's look, for both grounds.
_STYLE = """
:root{color-scheme:light dark;--ground:#fff;--second:#f5f7f9;--line:#dde2e7;--ink:#101418;--quiet:#54616e;
--link:#1f5fae;--on:#fff;--field:#7b8794;--fail:#b3261e;--pass:#0f7a5a}
@media (prefers-color-scheme:dark){:root{--ground:#0f1318;--second:#171d24;--line:#2a333d;--ink:#e8ecf0;
--quiet:#a9b6c3;--link:#82b7ff;--on:#0f1318;--field:#6d7a87;--fail:#ff8a80;--pass:#4fd1a1}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;background:var(--ground);color:var(--ink);
font:15px/1.5 "Source Sans","Source Sans 3",system-ui,-apple-system,"Segoe UI",sans-serif}
header{border-bottom:1px solid var(--line);padding:13px 28px;font-weight:700;font-size:16px}
header a{color:inherit;text-decoration:none}
main{flex:1;width:100%;max-width:1104px;margin:0 auto;padding:88px 28px 56px;display:grid;
grid-template:"head form" "more form" 1fr/minmax(0,1fr) 400px;column-gap:96px;align-content:start}
.head{grid-area:head}form{grid-area:form}.more{grid-area:more}
h1{font-size:34px;line-height:1.15;letter-spacing:-.01em;margin:0 0 14px}
p{margin:0 0 14px;max-width:36em;color:var(--quiet)}
dl{margin:18px 0 0;border-top:1px solid var(--line);max-width:36em}
dl div{display:grid;grid-template-columns:150px 1fr;gap:16px;padding:10px 0;border-bottom:1px solid var(--line)}
dt{font-weight:600}dd{margin:0;color:var(--quiet)}
form{background:var(--second);border-radius:8px;padding:28px;align-self:start}
label{display:block;font-weight:600;margin:0 0 6px}
input{width:100%;font:inherit;color:inherit;background:var(--ground);border:1px solid var(--field);border-radius:6px;
padding:10px 12px;margin:0 0 18px}
button{width:100%;font:inherit;font-weight:600;color:var(--on);background:var(--link);border:0;border-radius:6px;
padding:11px 16px;cursor:pointer}
button:hover{filter:brightness(1.08)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.said{display:flex;gap:10px;margin:0 0 18px;padding:0 0 0 12px;border-left:3px solid var(--fail);color:var(--ink)}
.done{border-color:var(--pass)}
.said b{color:var(--fail)}.done b{color:var(--pass)}
.small{font-size:13px;margin:16px 0 0}
a{color:var(--link)}
footer{border-top:1px solid var(--line);padding:14px 28px;font-size:13px;color:var(--quiet)}
@media (max-width:860px){header,footer{padding-left:20px;padding-right:20px}
main{grid-template:"head" "form" "more"/minmax(0,1fr);row-gap:20px;padding:28px 20px}
h1{font-size:26px;margin-bottom:8px}.head p{margin:0}form{padding:20px}dl{margin:4px 0 0}
dl div{grid-template-columns:112px 1fr}}
"""

_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>$title · Countersign</title>
<link rel="icon" href="data:,">
<style>$style</style>
</head>
<body>
<header><a href="/">Countersign</a></header>
<main>
$body
</main>
<footer>Release evidence in, a readiness decision and a signature that stands up to an audit out.</footer>
</body>
</html>
""")

_LOGIN = Template("""<section class="head">
<h1>Sign in</h1>
<p>Reading a release and answering for it are different things. Who you are decides what you may do; signing asks
for your passphrase once more, and signs with a key that only it opens.</p>
</section>
<form method="post" action="/auth/login">
$said
<input type="hidden" name="next" value="$next">
<label for="login">Identifier</label>
<input id="login" name="login" value="$login" autocomplete="username" autocapitalize="none" spellcheck="false"
 maxlength="64" required $focus_login>
<label for="passphrase">Passphrase</label>
<input id="passphrase" name="passphrase" type="password" autocomplete="current-password" maxlength="256" required
 $focus_passphrase>
<button type="submit">Sign in</button>
<p class="small">No account, or the passphrase is lost? An administrator adds and resets accounts.</p>
</form>
<section class="more">
<dl>
<div><dt>Viewer</dt><dd>reads</dd></div>
<div><dt>Engineer</dt><dd>brings in evidence</dd></div>
<div><dt>Auditor</dt><dd>reviews it, sets conditions, signs</dd></div>
<div><dt>Manager</dt><dd>takes responsibility, signs, sets the policy</dd></div>
<div><dt>Administrator</dt><dd>adds and resets accounts, and cannot sign</dd></div>
</dl>
</section>""")

_LOGOUT = Template("""<section class="head">
<h1>Sign out</h1>
<p>Ends this session on the server, in every tab of this browser. Signatures that you have given stand.</p>
</section>
<form method="post" action="/auth/logout">
<p>Signed in as <b>$name</b>, $role.</p>
<button type="submit">Sign out</button>
<p class="small"><a href="/">Back to the pages</a></p>
</form>""")


def login_page(
    *, next_path: str, login: str = "", error: tuple[str, str] | None = None, signed_out: bool = False
) -> str:
    """Write the log-in page; ``error`` is a sentence and what to do."""
    said = ""
    if error is not None:
        said = f'<p class="said" role="alert"><span><b>{escape(error[0])}</b><br>{escape(error[1])}</span></p>'
    elif signed_out:
        said = '<p class="said done" role="status"><b>You are signed out.</b></p>'
    body = _LOGIN.substitute(
        said=said,
        next=escape(next_path),
        login=escape(login),
        focus_login="" if login else "autofocus",
        focus_passphrase="autofocus" if login else "",
    )
    return _PAGE.substitute(title="Sign in", style=_STYLE, body=body)


def logout_page(*, name: str, role: str) -> str:
    """Write the page that asks whether to sign out."""
    body = _LOGOUT.substitute(name=escape(name), role=escape(role))
    return _PAGE.substitute(title="Sign out", style=_STYLE, body=body)
