"""The peer for quantised decoding: llama.cpp through llama-cpp-python.

Writes the model folder as GGUF once, quantises it with llama.cpp's own quantiser, then
decodes token by token. Prints one line of JSON in the form of `--bench speed`.
"""

import argparse
import ctypes
import json
import pathlib
import resource
import statistics
import time

import gguf
import llama_cpp
import numpy
from safetensors.numpy import load_file

WARM_UP = 1
NEW = 64
TYPES = {
    "f32": llama_cpp.LLAMA_FTYPE_ALL_F32,
    "q8": llama_cpp.LLAMA_FTYPE_MOSTLY_Q8_0,
    "q4": llama_cpp.LLAMA_FTYPE_MOSTLY_Q4_0,
}
NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
OUTSIDE = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("job", choices=["decode"])
    parser.add_argument("--model", required=True)
    parser.add_argument("--precision", choices=TYPES, default="q8")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, choices=[1], default=1)
    parser.add_argument("--length", type=int, default=256)
    parser.add_argument("--repeats", type=int, default=3)
    return parser.parse_args()


def turned(weight, heads):
    """llama.cpp rotates neighbouring pairs: the rows of q and k are put in that order."""
    half = weight.shape[0] // heads // 2
    return weight.reshape(heads, 2, half, weight.shape[1]).swapaxes(1, 2).reshape(weight.shape)


def write_gguf(folder, path):
    config = json.loads((folder / "config.json").read_text())
    heads, kv_heads = config["num_attention_heads"], config["num_key_value_heads"]
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_dimension_count(config["hidden_size"] // heads)
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_vocab_size(config["vocab_size"])
    writer.add_tokenizer_model("no_vocab")
    for name, tensor in load_file(folder / "model.safetensors").items():
        if name in OUTSIDE:
            writer.add_tensor(OUTSIDE[name], tensor)
            continue
        _, _, block, *part = name.removesuffix(".weight").split(".")
        part = ".".join(part)
        if part.endswith(("q_proj", "k_proj")):
            tensor = turned(tensor, heads if part.endswith("q_proj") else kv_heads)
        writer.add_tensor(f"blk.{block}.{NAMES[part]}.weight", numpy.ascontiguousarray(tensor))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def prepared(folder, precision):
    """The model in this precision, made on the first call."""
    path = folder / f"peer-{precision}.gguf"
    if not path.exists():
        whole = folder / "peer-f32.gguf"
        if not whole.exists():
            write_gguf(folder, whole)
        if precision != "f32":
            wanted = llama_cpp.llama_model_quantize_default_params()
            wanted.ftype = TYPES[precision]
            # Like ours: the head in the same format as the rest.
            wanted.output_tensor_type = {"q8": llama_cpp.GGML_TYPE_Q8_0, "q4": llama_cpp.GGML_TYPE_Q4_0}[precision]
            failed = llama_cpp.llama_model_quantize(str(whole).encode(), str(path).encode(), ctypes.byref(wanted))
            assert failed == 0, f"quantising failed: {failed}"
    return path


def main():
    args = arguments()
    path = prepared(pathlib.Path(args.model), args.precision)
    silent = llama_cpp.llama_log_callback(lambda level, text, data: None)
    llama_cpp.llama_log_set(silent, ctypes.c_void_p(0))
    llama_cpp.llama_backend_init()
    model = llama_cpp.llama_model_load_from_file(str(path).encode(), llama_cpp.llama_model_default_params())
    shape = llama_cpp.llama_context_default_params()
    shape.n_ctx = args.length + NEW + 1
    shape.n_threads = shape.n_threads_batch = args.threads
    context = llama_cpp.llama_init_from_model(model, shape)
    vocabulary = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(model))
    ids = numpy.random.default_rng(1).integers(0, vocabulary, args.length + NEW)
    token = (llama_cpp.llama_token * 1)()

    def feed(some):
        for one in some:
            token[0] = int(one)
            failed = llama_cpp.llama_decode(context, llama_cpp.llama_batch_get_one(token, 1))
            assert failed == 0, f"decoding failed: {failed}"

    walls, cpus = [], []
    for turn in range(WARM_UP + args.repeats):
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(context), True)
        # Token by token here too: reading in one go dies where AMX is announced but absent.
        feed(ids[: args.length])
        wall, cpu = time.perf_counter(), time.process_time()
        feed(ids[args.length :])
        if turn >= WARM_UP:
            walls.append(time.perf_counter() - wall)
            cpus.append(time.process_time() - cpu)
    line = {
        "job": args.job,
        "precision": args.precision,
        "threads": args.threads,
        "batch": args.batch,
        "length": args.length,
        "tokens_per_s": NEW / statistics.median(walls),
        "cpu_tokens_per_s": NEW / statistics.median(cpus),
        "peak_rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "kernel": f"llama-cpp-python {llama_cpp.__version__}",
    }
    print(json.dumps(line))


main()
