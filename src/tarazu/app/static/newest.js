// Questions in turn, of which only the newest counts: a lever moves faster than paths are computed.
// @ts-check

/** Start; the function that is returned takes a question. While one is answered, all that come but
 * the last are dropped.
 * @template T
 * @param {(question: T, isOld: () => boolean) => void | Promise<void>} answer `isOld`: a newer one has come
 * @param {(question: T, error: unknown) => void} onError
 * @returns {(question: T) => void} */
export function startNewest(answer, onError) {
  /** @type {T | null} */
  let wanted = null;
  let isBusy = false;

  async function work() {
    if (isBusy) return;
    isBusy = true;
    while (wanted !== null) {
      const question = wanted;
      wanted = null;
      try {
        await answer(question, () => wanted !== null);
      } catch (error) {
        onError(question, error);
      }
      await new Promise((next) => setTimeout(next)); // newer questions come in
    }
    isBusy = false;
  }

  return (question) => {
    wanted = question;
    work();
  };
}
