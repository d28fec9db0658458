using System.Diagnostics;
using System.Formats.Tar;
using System.Text.Json.Nodes;

namespace Sentinel.EndToEnd;

/// <summary>An image with Sentinel in it, run as an engine runs it: with a pid namespace, and the image as its root.</summary>
public sealed class ImageContainerTests : IAsyncDisposable
{
    private const string Project = """
        name = "shop"
        [defaults]
        restart = true
        restart-delay = 0.1
        [process.web]
        run = "(setsid sleep 0.2 &); echo web is up; exec sleep 1000"
        [process.flaky]
        run = "echo flaky begins; sleep 0.3; exit 3"
        """;

    // What an engine mounts.
    private const string Contain = "mount --rbind /dev \"$0/dev\" && mount -t proc proc \"$0/proc\" && exec chroot \"$0\" \"$@\"";

    private readonly SentinelHome _home = new();

    public ValueTask DisposeAsync() => _home.DisposeAsync();

    [Fact]
    public async Task Sentinel_runs_a_whole_project_as_the_first_process()
    {
        Needs.Root();
        Needs.PidNamespaces();
        var image = await Make();
        Assert.Equal(["/usr/local/bin/sentinel", "up", "--foreground", "--file", "/app/sentinel.toml"], image.EntryPoint);
        using var container = _home.Begin(new Call(["--pid", "--fork", "--kill-child", "--mount", "--propagation", "private", "sh", "-c", Contain, image.Folder, .. image.EntryPoint])
        {
            Program = "unshare",
            Environment = image.Environment,
        });

        // Logs are those of the container, and what crashes is started again.
        await container.Prints("web is up");
        await Wait.Until(() => Begun() >= 3, () => $"it is restarted twice; the container said:\n{container.Stdout}\n{container.Stderr}");
        var first = Inside(container).Single(process => process.Parent == container.Pid);
        var daemon = Inside(container).Single(process => process.Arguments is [_, "daemon", "run"]);

        // An orphan that is no descendant of the daemon falls to the first process.
        (await _home.Run(new Call("--pid", $"--target={first.Pid}", "sh", "-c", "(setsid sleep 0.2 &)") { Program = "nsenter" })).Ok();
        await Wait.Until(() => Zombies(first, daemon).Count == 0 && !Inside(container).Any(process => process.Arguments is ["sleep", "0.2"]), "every orphan is reaped");

        // A daemon that is killed is started again, and looks after what runs.
        daemon.Signal(Signals.Kill);
        var before = Begun();
        await Wait.Until(() => Begun() >= before + 2, () => $"it is restarted by another daemon; the container said:\n{container.Stdout}\n{container.Stderr}");
        await Wait.Until(() => Zombies(first).Count == 0, "no zombie stays");

        var inside = Inside(container);
        first.Signal(Signals.Terminate);
        (await container.End()).Ok();
        Assert.DoesNotContain(inside, process => process.IsAlive);
        var state = JsonNode.Parse(File.ReadAllText(Path.Combine(image.Folder, "tmp/sentinel/state.json")))!;
        Assert.All(state["processes"]!.AsArray(), process => Assert.Equal("stopped", (string)process!["state"]!["is"]!));

        int Begun() => container.Stdout.Split("flaky begins").Length - 1;
    }

    private async Task<Unpacked> Make()
    {
        var system = Directory.CreateDirectory(Path.Combine(_home.Root, "system")).FullName;
        foreach (var folder in (string[])["bin", "dev", "proc", "tmp"])
            Directory.CreateDirectory(Path.Combine(system, folder));
        // A shell, and what it calls here; and what sentinel is linked to.
        foreach (var program in (string[])["sh", "sleep", "setsid"])
            Add(system, new FileInfo(Needs.Program(program)) is var file && file.ResolveLinkTarget(returnFinalTarget: true) is { } target ? target.FullName : file.FullName, $"bin/{program}");
        foreach (var library in Libraries(SentinelHome.Binary))
            Add(system, library, library[1..]);
        TarFile.CreateFromDirectory(system, Path.Combine(_home.Root, "system.tar"), includeBaseDirectory: false);
        File.WriteAllText(Path.Combine(_home.Work, "sentinel.toml"), Project);

        var made = (await _home.Run("image", "--tag", "shop:1", "--base", Path.Combine(_home.Root, "system.tar"), "--supervise")).Ok();

        Assert.Contains("MB, sentinel itself\n", made.Stdout);
        return new Unpacked(Path.Combine(_home.Work, "shop-1.tar"), Path.Combine(_home.Root, "container"));
    }

    private static void Add(string system, string program, string place)
    {
        Copy(program, place);
        foreach (var library in Libraries(program))
            Copy(library, library[1..]);

        void Copy(string from, string to)
        {
            var path = Path.Combine(system, to);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(from, path, overwrite: true);
        }
    }

    // As ldd(1) prints them: "NAME => PATH (ADDRESS)" or "PATH (ADDRESS)".
    private static IEnumerable<string> Libraries(string program)
    {
        using var ldd = Process.Start(new ProcessStartInfo(Needs.Program("ldd"), [program]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = ldd.StandardOutput.ReadToEnd();
        ldd.WaitForExit();
        return output.Split(['\n', ' ', '\t']).Where(word => word.StartsWith('/') && File.Exists(word)).Distinct();
    }

    // All of its pid namespace.
    private static List<Live> Inside(Command container) =>
        [.. Live.All().Where(process => Ancestors(process).Contains(container.Pid))];

    private static IEnumerable<int> Ancestors(Live process)
    {
        for (var parent = process.Parent; parent is > 1; parent = Live.Find(parent.Value)?.Parent)
            yield return parent.Value;
    }

    private static List<int> Zombies(params Live[] parents) =>
        [.. parents.Where(parent => parent.IsAlive).SelectMany(parent => File.ReadAllText($"/proc/{parent.Pid}/task/{parent.Pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(int.Parse).Where(pid => Live.Find(pid) is null)];
}
