/* A form of GardenOS on a page of yours:
   <script src="https://…/api/v1/lead-forms/form.js" data-form="glf_…" async></script>
   It stands where the script stands, or in the element that data-target names by a CSS selector. Its parts are plain elements
   with class names that begin with gardenos-form, to be styled by the page; no cookie, and nothing of others is loaded. */
(function () {
  "use strict";
  var script = document.currentScript;
  if (!script || !script.isConnected) return;
  var id = script.getAttribute("data-form") || "";
  var onlyLooked = script.hasAttribute("data-preview");
  var base = new URL(".", script.src).href;
  var target = script.getAttribute("data-target");
  var place = target ? document.querySelector(target) : null;
  if (!place) {
    place = document.createElement("div");
    script.parentNode.insertBefore(place, script.nextSibling);
  }
  place.className = (place.className + " gardenos-form").trim();

  function make(tag, properties, inside) {
    var made = document.createElement(tag);
    Object.keys(properties || {}).forEach(function (name) {
      if (name.indexOf("-") > 0 || name === "for" || name === "role") made.setAttribute(name, properties[name]);
      else made[name] = properties[name];
    });
    (inside || []).forEach(function (each) {
      made.append(each);
    });
    return made;
  }

  function load() {
    return fetch(base + encodeURIComponent(id), { credentials: "omit" }).then(function (answer) {
      if (!answer.ok) throw new Error("not there");
      return answer.json();
    });
  }

  function show(told, kept, note) {
    var shownAt = Date.now();
    var key = "gardenos-" + id.slice(-8);
    var controls = {};
    var messages = {};
    var status = make("p", { className: "gardenos-form-status", role: "status" }, note ? [note] : []);

    function field(name, label, control, required) {
      var message = make("p", { id: key + name + "-message", className: "gardenos-form-mistake", hidden: true });
      control.id = key + name;
      control.name = name;
      control.required = required;
      control.setAttribute("aria-describedby", message.id);
      controls[name] = control;
      messages[name] = message;
      var words = required ? label + " (required)" : label;
      var of = make("label", { for: control.id }, [words]);
      var inside = control.type === "checkbox" ? [control, " ", of, message] : [of, control, message];
      return make("div", { className: "gardenos-form-field" }, inside);
    }

    var parts = told.fields.map(function (each) {
      var control;
      if (each.type === "select") {
        control = make("select", {}, [make("option", { value: "" }, ["Please choose"])]);
        each.options.forEach(function (option) {
          control.append(make("option", { value: option.value }, [option.label]));
        });
      } else if (each.type === "textarea") control = make("textarea", { rows: 4 });
      else control = make("input", { type: each.type });
      control.autocomplete = each.autocomplete;
      if (kept && kept[each.name]) control.value = kept[each.name];
      return field(each.name, each.label, control, each.required);
    });
    if (told.consent_text) {
      parts.push(field("consent", told.consent_text, make("input", { type: "checkbox" }), told.consent_required));
      controls.consent.parentNode.querySelector("label").textContent = told.consent_text;
    }
    // Not for people: out of sight, out of the order of keys, out of what is read aloud.
    var trap = make("input", { type: "text", name: "website", tabIndex: -1, autocomplete: "off" });
    var hidden = make("div", { "aria-hidden": "true" }, [make("label", {}, ["Website", trap])]);
    hidden.style.cssText = "position:absolute;left:-10000px;width:1px;height:1px;overflow:hidden";
    var button = make("button", { type: "submit" }, [told.button]);
    var form = make("form", { noValidate: true }, parts.concat([hidden, button, status]));
    if (told.heading) form.prepend(make("h2", { id: key + "heading" }, [told.heading]));
    if (told.heading) form.setAttribute("aria-labelledby", key + "heading");

    function values() {
      var found = {};
      told.fields.forEach(function (each) {
        found[each.name] = controls[each.name].value;
      });
      return found;
    }

    function mistake(name, words) {
      messages[name].textContent = words;
      messages[name].hidden = !words;
      if (words) controls[name].setAttribute("aria-invalid", "true");
      else controls[name].removeAttribute("aria-invalid");
    }

    function mistakes(found) {
      var first = null;
      Object.keys(controls).forEach(function (name) {
        mistake(name, found[name] || "");
        if (found[name] && !first) first = controls[name];
      });
      if (first) first.focus();
      return Boolean(first);
    }

    function check() {
      var found = {};
      Object.keys(controls).forEach(function (name) {
        var control = controls[name];
        var empty = control.type === "checkbox" ? !control.checked : !control.value.trim();
        if (control.required && empty)
          found[name] = name === "consent" ? "Please agree first." : "Please fill this in.";
      });
      return !mistakes(found);
    }

    function send() {
      return fetch(base + encodeURIComponent(id), {
        method: "POST",
        credentials: "omit",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({
          ticket: told.ticket,
          values: values(),
          consent: Boolean(controls.consent && controls.consent.checked),
          page: location.href.slice(0, 2000),
          website: trap.value,
        }),
      }).then(function (answer) {
        return answer.json().then(function (said) {
          if (answer.ok) return thank(said.thanks);
          button.disabled = false;
          if (answer.status === 409)
            return load().then(function (anew) {
              show(anew, values(), "The form was renewed. Please look at it again, and send it once more.");
            });
          var found = {};
          (said.errors || []).forEach(function (error) {
            found[error.pointer.split("/").pop()] = error.detail;
          });
          if (!mistakes(found)) status.textContent = said.detail || "This could not be sent. Please try again.";
          else status.textContent = "";
        });
      });
    }

    function thank(words) {
      var thanks = make("p", { className: "gardenos-form-thanks", role: "status", tabIndex: -1 }, [words]);
      place.replaceChildren(thanks);
      thanks.focus();
    }

    form.addEventListener("submit", function (event) {
      event.preventDefault();
      if (button.disabled || !check()) return;
      if (onlyLooked) {
        status.textContent = "This is how it looks. Nothing is sent from here.";
        return;
      }
      button.disabled = true;
      status.textContent = "Sending …";
      // Whoever is quick, by what their browser fills in, is no program.
      var wait = Math.max(0, told.wait_seconds * 1000 + 200 - (Date.now() - shownAt));
      setTimeout(function () {
        send().catch(function () {
          button.disabled = false;
          status.textContent = "This could not be sent. Please look at your connection, and try again.";
        });
      }, wait);
    });
    place.replaceChildren(form);
    if (note) status.scrollIntoView({ block: "nearest" });
  }

  load().then(
    function (told) {
      show(told);
    },
    function () {
      place.replaceChildren(make("p", { role: "status" }, ["This form cannot be shown just now."]));
    },
  );
})();
