using System.Globalization;
using System.Text;
using Sentinel.Api.Wire;
using Sentinel.Core.Home;
using Sentinel.Core.Hooks;
using Sentinel.Core.Host;
using Sentinel.Linux.Proc;
using Sentinel.Model;
using Sentinel.Model.Specs;

namespace Sentinel.Linux.Spawning;

/// <summary>Runs hooks as children with a deadline, which get the event on standard input.</summary>
public sealed class HookErrands(Errands errands, SentinelHome home) : IHookRuns
{
    /// <summary>The command of ours that tells a server.</summary>
    public const string Post = "post";

    /// <summary>How often a server is told that does not take it.</summary>
    public const int Tries = 3;

    // Between the tries of a webhook, all together.
    private static readonly TimeSpan Pauses = TimeSpan.FromSeconds(10);

    private const int MostOutput = 64 * 1024;

    public IDisposable Begin(Hook hook, Event happened, int left, Action<ReadOnlyMemory<byte>, string?> then) => errands.Begin(
        LaunchOf(hook, happened, left),
        hook.Webhook is null ? hook.Timeout : (hook.Timeout * Tries) + Pauses,
        result => then(result.Output, result.WhyNot(ended => hook.Webhook is not null && ended.LastLine is { Length: > 0 } line ? line : $"{ended.How}")),
        MostOutput);

    private Launch LaunchOf(Hook hook, Event happened, int left)
    {
        var word = happened.Number is null ? HookWords.Test : EventDocument.WordOf(happened);
        var environment = Caller.Environment
            .With("SENTINEL_HOME", home.Folder)
            .With("SENTINEL_HOOK", hook.Name)
            .With("SENTINEL_EVENT", word)
            .With("SENTINEL_SEQ", (happened.Number ?? 0).ToString(CultureInfo.InvariantCulture))
            .With("SENTINEL_PROCESS", (happened as Event.OfProcess)?.Name ?? "");
        return new Launch(hook.Command ?? Posting(hook), hook.WorkingDirectory, environment, Caller.Umask, "", "", LogLimits.Default, Cookie: null)
        {
            Text = HookText.Of(hook, happened, word, left),
            Secrets = [.. hook.Headers.Select(header => header.Value)],
        };
    }

    private static Command Posting(Hook hook) => Command.From([
        Environment.ProcessPath!, Post, hook.Webhook!, "--timeout", hook.Timeout.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        .. hook.Headers.SelectMany(header => new[] { "--header", $"{header.Name}={header.Value.Name}" }),
    ]);
}
