// Passkeys. A form with data-passkey asks the hub for a challenge, the browser for an answer, and sends that.
const forms = document.querySelectorAll("form[data-passkey]");
const able = window.isSecureContext && Boolean(window.PublicKeyCredential) && !/^[\d.]+$|:/.test(location.hostname);

const toBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function readable(options) {
  const { publicKey } = options;
  publicKey.challenge = toBytes(publicKey.challenge);
  if (publicKey.user) publicKey.user.id = toBytes(publicKey.user.id);
  for (const list of [publicKey.allowCredentials, publicKey.excludeCredentials]) {
    for (const one of list ?? []) one.id = toBytes(one.id);
  }
  return { publicKey };
}

function sendable(made) {
  const { response } = made;
  const parts = { clientDataJSON: toText(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = toText(response[name]);
  }
  return {
    id: made.id,
    rawId: toText(made.rawId),
    type: made.type,
    response: parts,
    clientExtensionResults: made.getClientExtensionResults(),
  };
}

async function answer(form) {
  const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
  const asked = await fetch(form.dataset.options, { method: "POST", body, redirect: "error" });
  const options = await asked.json();
  if (options.refused) throw new Error(options.refused);
  const chosen = readable(options);
  return form.dataset.passkey === "make" ? navigator.credentials.create(chosen) : navigator.credentials.get(chosen);
}

for (const form of able ? forms : []) {
  const said = form.querySelector("[role=alert]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(sendable(await answer(form)));
      form.submit();
    } catch (fault) {
      said.textContent = fault.name === "Error" ? fault.message : "That did not work, or was stopped. Try again, or choose another way.";
      said.hidden = false;
    }
  });
}
if (able) for (const note of document.querySelectorAll("[data-passkey-missing]")) note.hidden = true;
