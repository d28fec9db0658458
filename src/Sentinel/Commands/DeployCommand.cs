using System.CommandLine;
using System.Globalization;
using System.Text;
using Sentinel.Api.Wire;
using Sentinel.Hosts;
using Sentinel.Linux.Proc;
using Sentinel.Model.Specs;
using Sentinel.Rendering;
using Sentinel.Wiring;
using Command = System.CommandLine.Command;
using Project = Sentinel.Core.Projects.Project;

namespace Sentinel.Commands;

/// <summary>Brings a project, and sentinel itself, to other machines, and starts it there.</summary>
internal sealed class DeployCommand
{
    public const int KeptByDefault = 5;

    private readonly Project _project;
    private readonly HostProject _hosts;
    private readonly IReadOnlyList<Binary> _binaries;
    private readonly Binary? _serve;
    private readonly ProjectArchive? _archive;
    private readonly int _kept;
    private readonly IReadOnlyList<string> _up;

    private DeployCommand(Project project, HostProject hosts, IReadOnlyList<Binary> binaries, Binary? serve, ProjectArchive? archive, int kept, IReadOnlyList<string> up) =>
        (_project, _hosts, _binaries, _serve, _archive, _kept, _up) = (project, hosts, binaries, serve, archive, kept, up);

    public static Command Create()
    {
        var hosts = new Argument<string?>("hosts")
        {
            Description = $"Machines, as for --host: m1, user@m1,m2, or a group of the project's [hosts] [default: {HostNames.Variable}]",
            HelpName = "hosts",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var file = ProjectLook.File();
        var rolling = SharedOptions.Flag("--rolling", "One machine after another; stop at the first that is not ready");
        var rollback = SharedOptions.Flag("--rollback", "Go back to the release before the current one, and copy nothing");
        var keep = SharedOptions.Number("--keep", 2, 1000, $"How many of the latest releases stay there [default: {KeptByDefault}]");
        var timeout = SharedOptions.Seconds("--timeout", "Seconds until all of it has to be ready on a machine [default: no limit]");
        var binaries = new Option<string[]>("--binary") { Description = "Program of sentinel to bring there, for machines of another architecture (repeatable)", HelpName = "file" };
        var command = new Command("deploy") { hosts, file, rolling, rollback, keep, timeout, binaries };
        command.Check(result =>
        {
            if (result.GetValue(hosts) is null && Environment.GetEnvironmentVariable(HostNames.Variable) is not { Length: > 0 })
                throw new FormatException($"say to which machines: 'sentinel deploy m1,m2', or set {HostNames.Variable}");
            if (result.GetValue(rollback) && result.GetResult(keep) is { Implicit: false })
                throw new FormatException("--keep is for a new release, and --rollback brings none");
        });
        command.SetAction(result =>
        {
            var named = result.GetValue(hosts) ?? Environment.GetEnvironmentVariable(HostNames.Variable)!;
            if (ProjectLook.ReadOrTell(result.GetValue(file)) is not { } project)
                return ExitCode.Usage;
            var there = new HostProject(project, isOfProject: true);
            try
            {
                var machines = there.Hosts(named);
                var own = result.GetValue(rollback) ? [] : Programs(result.GetValue(binaries)!);
                var serve = result.GetValue(rollback) || ServeProgram.Find() is not { } found ? null : Binary.Of(found);
                using var archive = result.GetValue(rollback) ? null : ProjectArchive.Of(project.Folder);
                if (archive is not null)
                    Tell(project, archive);
                string[] up = ["up", .. result.GetValue(timeout) is { } seconds ? ["--timeout", seconds.TotalSeconds.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>()];
                var deploy = new DeployCommand(project, there, own, serve, archive, result.GetValue(keep) ?? KeptByDefault, up);
                return (result.GetValue(rolling) ? deploy.InTurn(machines) : deploy.AtOnce(machines)).GetAwaiter().GetResult();
            }
            catch (FormatException e)
            {
                return Session.Fail(Text.Printable(e.Message), ExitCode.Usage);
            }
        });
        return command;
    }

    // Those that are named come first, and then nothing depends on what this one is.
    private static IReadOnlyList<Binary> Programs(string[] named)
    {
        var all = named.Select(path => Binary.Of(Caller.Absolute(path))).ToList();
        try
        {
            return [.. all, Binary.Of(Environment.ProcessPath!)];
        }
        catch (HostException e) when (all.Count == 0)
        {
            throw new HostException($"{e.Message}; --binary names one");
        }
        catch (HostException)
        {
            return all;
        }
    }

    private static void Tell(Project project, ProjectArchive archive)
    {
        foreach (var link in archive.LeftOut)
            Output.Tell($"Warning: {Text.Printable(link)} leads out of {Text.Printable(project.Folder)} or is no file, and is left out");
        Output.Tell($"{project.Name}: {Text.Count(archive.Files, "file", "files")}, {Text.ExactMemory(archive.Bytes)} compressed");
    }

    private async Task<int> AtOnce(IReadOnlyList<HostName> hosts)
    {
        var lines = new HostLines(hosts, inTurn: false, isJson: false);
        return Fleet.ExitCodeOf(await Fleet.Each(hosts, (host, i) => To(host, i, lines)));
    }

    private async Task<int> InTurn(IReadOnlyList<HostName> hosts)
    {
        var lines = new HostLines(hosts, inTurn: false, isJson: false);
        for (var i = 0; i < hosts.Count; i++)
            if (await To(hosts[i], i, lines) is not 0 and var exitCode)
            {
                if (i + 1 < hosts.Count)
                    Output.Tell($"{string.Join(", ", hosts.Skip(i + 1).Select(host => host.Label))}: nothing was changed, because {hosts[i].Label} is not ready.");
                Output.Tell($"'sentinel deploy {string.Join(',', hosts.Take(i + 1).Select(host => host.Destination))} --rollback' goes back to the release before.");
                return exitCode;
            }

        return ExitCode.Success;
    }

    private Task<int> To(HostName host, int place, HostLines lines) => lines.Hear(place, async () =>
    {
        void Say(string line) => lines.Say(place, RelayKind.Output, Encoding.UTF8.GetBytes($"{line}\n"));
        string[] which = [];
        if (_archive is not null)
        {
            await BringPrograms(host, Say);
            await using var content = _archive.Open();
            which = [$"--number={await Number(host, [ReleaseCommand.Name, ReleaseCommand.Receive, _project.Name, $"--keep={_kept}"], content)}"];
        }

        Say($"Release {await Number(host, [ReleaseCommand.Name, ReleaseCommand.Use, _project.Name, .. which], null)}");
        return await new HostCall(host, _hosts.CallFor(host, _up) with { Id = RelayCall.NewId() }, (kind, said) => lines.Say(place, kind, said)).Do();
    });

    private async Task BringPrograms(HostName host, Action<string> say)
    {
        var (machine, hash, serveHash) = await Binary.FoundOn(host);
        var fitting = _binaries.FirstOrDefault(binary => binary.Machine == machine)
            ?? throw new HostException($"it is of the architecture {machine}, for which there is no sentinel here; --binary names one");
        if (fitting.Hash != hash)
        {
            await fitting.CopyTo(host, Binary.Place, "--version");
            say($"Copied {BuildVersion.Text} to ~/{Binary.Place}");
            // A daemon of the version before would go on; what it watches does, too.
            var exitCode = await new HostCall(host, new RelayCall(RelayCall.NewId(), ["daemon", "restart"]), (_, _) => { }).Do();
            if (exitCode != 0)
                throw new HostException("the daemon of the version before cannot be restarted; 'sentinel daemon restart' there tells why");
        }

        if (_serve is { } serve && serve.Machine == machine && serve.Hash != serveHash)
            await serve.CopyTo(host, Binary.ServePlace, trial: null);
    }

    private static async Task<int> Number(HostName host, string[] words, Stream? input)
    {
        var answer = await HostAnswer.Of(host, new RelayCall(RelayCall.NewId(), words), asking => asking.Do(), input);
        return answer.Why is { } failed ? throw new HostException(failed)
            : answer.ExitCode == 0 && int.TryParse(answer.Output, NumberStyles.None | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number) ? number
            : throw new HostException(Encoding.UTF8.GetString(answer.Error).Trim() is { Length: > 0 } why
                ? why.Replace("Error: ", "", StringComparison.Ordinal) : $"the release could not be brought there (exit code {answer.ExitCode})");
    }
}
