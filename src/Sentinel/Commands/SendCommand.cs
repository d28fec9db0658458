using System.CommandLine;
using Microsoft.Win32.SafeHandles;
using Sentinel.Api;
using Sentinel.Core.Supervision;
using Sentinel.Linux.Proc;
using Sentinel.Linux.Sockets;
using Sentinel.Model.Policy;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Command = System.CommandLine.Command;

namespace Sentinel.Commands;

internal static class SendCommand
{
    private const int BlockBytes = 64 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var process = SharedOptions.Process("Process id or name");
        var line = new Argument<string[]>("line") { Description = "Line to send [default: all that comes from standard input]", HelpName = "line", Arity = ArgumentArity.ZeroOrMore };
        var noNewline = SharedOptions.Flag("--no-newline", "Do not end the line");
        var command = new Command("send") { process, line, noNewline };
        command.SetAction(result =>
        {
            using var session = new Session(isJson: false);
            if (InputOf(session, result.GetValue(process)!, needsTerminal: false) is not { } record)
                return ExitCode.Failure;
            var isTerminal = record.Spec.Input == StandardInput.Terminal;
            var sent = 0L;
            foreach (var block in result.GetValue(line) is { Length: > 0 } words
                ? [NativeText.Bytes(string.Join(' ', words) + (result.GetValue(noNewline) ? "" : "\n"))]
                : Input())
            {
                var (more, why) = ProcessInput.Send(session.Home.InputOf(record), isTerminal, block, Patience);
                sent += more;
                if (why is not null)
                    return Session.Fail($"{record.Spec.Name}: {why}; {(sent == 0 ? "nothing was" : $"only {Text.Count(sent, "byte was", "bytes were")}")} sent");
            }

            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>A process that runs and has something to read; null, after an error, if it does not.</summary>
    public static ProcessRecord? InputOf(Session session, string target, bool needsTerminal)
    {
        var (found, missing) = Selecting.One(target, session.Look().State, Caller.FolderAsSeen);
        if (found is null)
            session.Fail([missing!]);
        else if (found.State is not RunState.Running)
            Session.Fail($"{found.Spec.Name}: it is {found.State.Word}");
        else if (needsTerminal && found.Spec.Input != StandardInput.Terminal)
            Session.Fail($"{found.Spec.Name}: it has no terminal; 'sentinel set {found.Spec.Name} --tty' and 'sentinel restart {found.Spec.Name}' give it one");
        else if (found.Spec.Input == StandardInput.Null)
            Session.Fail($"{found.Spec.Name}: it reads /dev/null; 'sentinel set {found.Spec.Name} --stdin open' and 'sentinel restart {found.Spec.Name}' change that");
        else
            return found;
        return null;
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Input()
    {
        using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        var block = new byte[BlockBytes];
        while (input.Read(block) is > 0 and var read)
            yield return block.AsMemory(0, read);
    }
}
