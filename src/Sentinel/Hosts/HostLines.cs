using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Sentinel.Api.Wire;
using Sentinel.Linux.Native;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Text = Sentinel.Rendering.Text;

namespace Sentinel.Hosts;

/// <summary>Says what several machines say: each line with the machine in front. What a single one says is said as it is.</summary>
/// <param name="inTurn">Whether each waits until those before it have said all: lines of several make no sense among each other.</param>
/// <param name="isJson">Whether the lines of standard output are objects of JSON, which get one more property.</param>
internal sealed class HostLines(IReadOnlyList<HostName> hosts, bool inTurn, bool isJson)
{
    private const byte LineEnd = (byte)'\n';

    private readonly Voice[] _voices = [.. hosts.Select(_ => new Voice())];
    private readonly int _width = hosts.Max(host => Text.Width(host.Label));
    private int _turn;

    /// <summary>Says more; from any thread.</summary>
    /// <param name="host">Its place among the machines.</param>
    public void Say(int host, RelayKind kind, ReadOnlyMemory<byte> said)
    {
        lock (_voices)
        {
            var voice = _voices[host];
            if (hosts.Count == 1)
                Write(kind, said.Span);
            else
                foreach (var line in voice.LinesIn(kind, said.Span))
                    Line(host, kind, line);
        }
    }

    /// <summary>Has something done on a machine, and says why where it cannot be.</summary>
    /// <param name="host">Its place among the machines.</param>
    /// <returns>The exit code of it.</returns>
    public async Task<int> Hear(int host, Func<Task<int>> work)
    {
        try
        {
            var exitCode = await work();
            End(host, null);
            return exitCode;
        }
        catch (HostException e)
        {
            End(host, e.Message);
            return 1;
        }
    }

    // It has said all.
    private void End(int host, string? error)
    {
        lock (_voices)
        {
            var voice = _voices[host];
            foreach (var kind in new[] { RelayKind.Output, RelayKind.Error })
                if (voice.Rest(kind) is { Length: > 0 } rest)
                    Line(host, kind, rest);
            if (error is not null)
                voice.Waiting.Enqueue(() => Output.Tell($"Error: {hosts[host].Label}: {error}"));
            voice.HasEnded = true;
            for (; _turn < hosts.Count && _voices[_turn].HasEnded; _turn++)
                Flush(_voices[_turn]);
            if (_turn < hosts.Count)
                Flush(_voices[_turn]);
            if (!inTurn)
                Flush(voice);
        }
    }

    private void Line(int host, RelayKind kind, byte[] line)
    {
        var label = hosts[host].Label;
        var prefixed = isJson && kind == RelayKind.Output && line is [(byte)'{', .. var rest]
            ? [.. "{\"host\":"u8, .. Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(label, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\""), .. rest is [(byte)'}', ..] ? ""u8 : ","u8, .. rest, LineEnd]
            : (byte[])[.. Encoding.UTF8.GetBytes(label + new string(' ', _width - Text.Width(label))), .. " | "u8, .. line, LineEnd];
        if (inTurn && host != _turn)
            _voices[host].Waiting.Enqueue(() => Write(kind, prefixed));
        else
            Write(kind, prefixed);
    }

    private static void Flush(Voice voice)
    {
        while (voice.Waiting.TryDequeue(out var say))
            say();
    }

    private static void Write(RelayKind kind, ReadOnlySpan<byte> bytes) =>
        (kind == RelayKind.Output ? StandardStream.Output : StandardStream.Error).Write(bytes);

    private sealed class Voice
    {
        private readonly Dictionary<RelayKind, List<byte>> _begun = new() { [RelayKind.Output] = [], [RelayKind.Error] = [] };

        /// <summary>What is said when it is its turn.</summary>
        public Queue<Action> Waiting { get; } = new();

        public bool HasEnded { get; set; }

        public IEnumerable<byte[]> LinesIn(RelayKind kind, ReadOnlySpan<byte> said)
        {
            var (begun, lines) = (_begun[kind], new List<byte[]>());
            foreach (var part in said)
                if (part != LineEnd)
                    begun.Add(part);
                else
                    lines.Add(Rest(kind));
            return lines;
        }

        /// <summary>The line that was begun.</summary>
        public byte[] Rest(RelayKind kind)
        {
            var line = _begun[kind].ToArray();
            _begun[kind].Clear();
            return line;
        }
    }
}
