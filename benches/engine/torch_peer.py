"""The peer: PyTorch, transformers and peft doing one job on a model folder.

Prints one line of JSON in the form of `cargo bench -p karat-engine --bench speed`, so that
both sides are read by the same reader.
"""

import argparse
import json
import resource
import statistics
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

WARM_UP = 1
LINEARS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
DTYPES = {"f32": torch.float32, "bf16": torch.bfloat16}


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("job", choices=["lora", "full", "prefill", "decode"])
    parser.add_argument("--model", required=True)
    parser.add_argument("--precision", choices=DTYPES, default="f32")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--length", type=int, default=256)
    parser.add_argument("--repeats", type=int, default=3)
    return parser.parse_args()


def token_ids(model, *shape):
    """The same stream of ids every time."""
    generator = torch.Generator().manual_seed(1)
    return torch.randint(0, model.config.vocab_size, shape, generator=generator)


def timed(work, tokens, repeats):
    """Median tokens a second, by the clock on the wall and by processor time."""
    for _ in range(WARM_UP):
        work()
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return tokens / statistics.median(walls), tokens / statistics.median(cpus)


def training(model, args):
    if args.job == "lora":
        config = LoraConfig(r=8, lora_alpha=16, lora_dropout=0.0, target_modules=LINEARS)
        model = get_peft_model(model, config)
    else:
        model.requires_grad_(True)
    model.train()
    trained = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=2e-4, weight_decay=0.01)
    ids = token_ids(model, args.batch, args.length)

    def step():
        optimiser.zero_grad()
        model(input_ids=ids, labels=ids).loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimiser.step()

    return timed(step, args.batch * args.length, args.repeats)


@torch.inference_mode()
def prefill(model, args):
    ids = token_ids(model, args.batch, args.length)
    work = lambda: model(input_ids=ids, use_cache=False, logits_to_keep=1)
    return timed(work, args.batch * args.length, args.repeats)


@torch.inference_mode()
def decode(model, args, new=64):
    """`length` tokens read, then `new` written, one at a time."""
    prompt = token_ids(model, args.batch, args.length)
    following = token_ids(model, args.batch, new)
    read = model(input_ids=prompt, use_cache=True, logits_to_keep=1)

    def write():
        past = read.past_key_values
        for i in range(new):
            past = model(input_ids=following[:, i : i + 1], past_key_values=past, use_cache=True).past_key_values
        past.crop(-new)

    return timed(write, args.batch * new, args.repeats)


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_pretrained(args.model, dtype=DTYPES[args.precision]).eval()
    work = {"lora": training, "full": training, "prefill": prefill, "decode": decode}[args.job]
    wall, cpu = work(model, args)
    line = {
        "job": args.job,
        "precision": args.precision,
        "threads": args.threads,
        "batch": args.batch,
        "length": args.length,
        "tokens_per_s": wall,
        "cpu_tokens_per_s": cpu,
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "kernel": f"torch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}",
    }
    print(json.dumps(line))


main()
