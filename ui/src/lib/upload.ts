import { ProblemError, toProblem } from "./problem";

function parsed(textBody: string): unknown {
  try {
    return JSON.parse(textBody);
  } catch {
    return null;
  }
}

/** Posts a body with XMLHttpRequest, the one way a browser tells how far an upload is. */
export function upload<T>(url: string, body: FormData | Blob, onProgress: (share: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json, application/problem+json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("load", () => {
      const answer = parsed(request.responseText);
      if (request.status >= 200 && request.status < 300) {
        onProgress(1);
        resolve(answer as T);
      } else {
        reject(new ProblemError(toProblem(answer, request.status)));
      }
    });
    request.addEventListener("error", () => reject(new TypeError("network")));
    request.send(body);
  });
}
