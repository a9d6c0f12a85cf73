/* Makes CKEditor 4 run under a policy without 'unsafe-inline', keeps its textarea current, and
   gives every editor on the page the fenced defaults. Must come after ckeditor.js. */
"use strict";

(() => {
  Object.assign(CKEDITOR.config, JSON.parse(document.currentScript.dataset.config));
  CKEDITOR.disableAutoInline = true;

  /* CKEditor's interface is built from strings with on… attributes, which the policy refuses.
     They are renamed before the browser parses them and run by listeners on the document.
     Only two statements are understood, a call of a registered function and `return false`;
     any other stays as it is, and the policy stops it. */
  const TAG = /<[a-z][^<>]*\son[a-z]+=[^<>]*>/gi;
  const ATTRIBUTE = /\son([a-z]+)="([^"]*)"/g;
  const CALL =
    /^(return )?(?:window\.parent\.)?CKEDITOR\.tools\.callFunction\(\s*(\d+)((?:\s*,\s*(?:event|this|null|\d+|'[^'\\]*'))*)\s*\);?\s*(return false;?)?$/;
  const REFUSAL = /^return false;?$/;
  const REDRAW = "this.style.cssText = this.style.cssText;"; // for an old Firefox, nothing to do
  const EVENTS = [
    "blur", "click", "dragstart", "focus", "keydown", "keypress",
    "mousedown", "mouseout", "mouseover", "mouseup",
  ];

  const isKnown = (code) => CALL.test(code) || REFUSAL.test(code) || code === REDRAW;
  const withoutHandlers = (html) =>
    html.replace(TAG, (tag) =>
      tag.replace(ATTRIBUTE, (whole, event, code) =>
        isKnown(code) ? ` data-cke-on-${event}="${code}"` : whole,
      ),
    );

  const argument = (text, element, event) => {
    if (text === "event") return event;
    if (text === "this") return element;
    return text.startsWith("'") ? text.slice(1, -1) : JSON.parse(text);
  };

  function run(code, element, event) {
    if (REFUSAL.test(code)) return event.preventDefault();
    const call = CALL.exec(code);
    if (!call) return;
    const [, returns, number, rest, refuses] = call;
    const values = rest.match(/'[^']*'|[^,\s]+/g) ?? [];
    const args = values.map((text) => argument(text, element, event));
    const result = CKEDITOR.tools.callFunction(Number(number), ...args);
    if (refuses || (returns && result === false)) event.preventDefault();
  }

  function onEvent(event) {
    const name = `data-cke-on-${event.type}`;
    const bubbles = event.type !== "focus" && event.type !== "blur";
    // Text under edit is never a control, whatever attributes it claims.
    if (!event.target.closest || event.target.closest(".cke_editable")) return;
    for (let element = event.target; element; element = bubbles && element.parentElement) {
      const code = element.getAttribute(name);
      if (code) run(code, element, event);
    }
  }

  // Links of the interface have javascript: addresses as placeholders; the policy reports each.
  function onLinkClick(event) {
    if (event.target.closest?.('.cke_reset_all a[href^="javascript:"], .cke a[href^="javascript:"]')) {
      event.preventDefault();
    }
  }

  function listen(root) {
    for (const name of EVENTS) root.addEventListener(name, onEvent, true);
    root.addEventListener("click", onLinkClick);
  }

  const { output } = CKEDITOR.template.prototype;
  CKEDITOR.template.prototype.output = function (data, buffer) {
    const html = withoutHandlers(output.call(this, data));
    return buffer ? buffer.push(html) : html;
  };

  const { createFromHtml } = CKEDITOR.dom.element;
  // An ordinary function, as CKEditor calls it with `new` in places.
  CKEDITOR.dom.element.createFromHtml = function (html, owner) {
    return createFromHtml(withoutHandlers(html), owner);
  };

  // Menus and combos live in a frame of their own; writing a document drops its listeners.
  const { write } = CKEDITOR.dom.document.prototype;
  CKEDITOR.dom.document.prototype.write = function (html) {
    write.call(this, html);
    listen(this.$);
    const { body, defaultView, readyState } = this.$;
    const code = body?.getAttribute("data-cke-on-load");
    if (!code) return;
    const onLoad = (event) => run(code, body, event);
    if (readyState === "complete") setTimeout(onLoad);
    else defaultView.addEventListener("load", onLoad);
  };

  listen(document);

  // The sanitiser drops these schemes, so the dialog should not offer them.
  CKEDITOR.on("dialogDefinition", ({ data: { name, definition } }) => {
    const protocol = name === "link" && definition.getContents("info").get("protocol");
    if (protocol) {
      protocol.items = protocol.items.filter(([, value]) => !/^(ftp|news):/.test(value));
    }
  });

  CKEDITOR.on("instanceCreated", ({ editor }) => {
    editor.on("langLoaded", () => {
      editor.lang.format = { ...editor.lang.format, ...editor.config.formatLabels };
    });

    // CKEditor hides <noscript> from its own filter; without the tags its insides are filtered.
    const withoutNoscript = (event) => {
      event.data.dataValue = event.data.dataValue.replace(/<\/?noscript\b[^>]*>/gi, "");
    };
    editor.on("toHtml", withoutNoscript, null, null, 1);

    // The form's own scripts (dirty checks, autosave) read the textarea.
    const sync = () => {
      if (editor.elementMode !== CKEDITOR.ELEMENT_MODE_REPLACE) return;
      editor.updateElement();
      editor.element.$.dispatchEvent(new Event("input", { bubbles: true }));
    };
    editor.on("change", sync);
    // What dictation, an emoji picker or a phone's keyboard puts in comes without a key, and so without "change".
    editor.on("mode", () => editor.editable().attachListener(editor.editable(), "input", sync));

    editor.on("instanceReady", () => {
      if (editor.element.hasAttribute("autofocus")) editor.focus();
    });

    editor.on("key", (event) => {
      const { form } = editor.element.$;
      if (event.data.keyCode !== CKEDITOR.CTRL + 13 || !form) return;
      event.cancel();
      sync();
      form.requestSubmit(form.querySelector("[type=submit].default, [type=submit]"));
    });
  });
})();
