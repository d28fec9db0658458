using System.Diagnostics;
using System.Globalization;

namespace Sentinel.EndToEnd;

/// <summary>A terminal that shows what a person would see (tmux), with a shell's line in it.</summary>
internal sealed class TmuxScreen : IAsyncDisposable
{
    private readonly string _socket;

    private Live? _server;

    private TmuxScreen(string socket) => _socket = socket;

    public static void Need() => Needs.Program("tmux");

    /// <param name="line">For a shell, in which $sentinel is the program.</param>
    public static async Task<TmuxScreen> Begin(SentinelHome home, int columns, int rows, string line = "\"$sentinel\" top; exec cat", params string[] variables)
    {
        // Each has a server of its own; its socket needs a short path.
        var screen = new TmuxScreen(Path.Combine(home.Root, $"t{Guid.NewGuid().ToString()[..8]}"));
        await screen.Tmux(
        [
            "-f", "/dev/null", "new-session", "-d", "-x", $"{columns}", "-y", $"{rows}", "-c", home.Work,
            "-e", $"SENTINEL_HOME={home.Folder}", "-e", $"sentinel={SentinelHome.Binary}", "-e", "LANG=C.UTF-8", "-e", "COLORTERM=", "-e", $"HOME={home.Root}", "-e", "PS1=$ ", "-e", "ENV=",
            .. variables.SelectMany(variable => new[] { "-e", variable }), "sh", "-c", line,
            ";", "set", "-g", "status", "off", ";", "set", "-g", "escape-time", "0",
        ]);
        screen._server = Live.Find(int.Parse(await screen.Variable("pid"), CultureInfo.InvariantCulture));
        return screen;
    }

    public async Task<string[]> Lines() => (await Tmux("capture-pane", "-p")).TrimEnd('\n').Split('\n');

    /// <summary>With the sequences that choose colours.</summary>
    public Task<string> Colored() => Tmux("capture-pane", "-p", "-e");

    /// <summary>One of tmux's variables of this terminal.</summary>
    public async Task<string> Variable(string name) => (await Tmux("display-message", "-p", $"#{{{name}}}")).Trim();

    /// <param name="keys">As tmux calls them: <c>Enter</c>, <c>C-c</c>, <c>x</c>.</param>
    public Task Press(params string[] keys) => Tmux(["send-keys", .. keys]);

    /// <summary>Characters as they are.</summary>
    public Task Type(string text) => Tmux("send-keys", "-l", text);

    public Task Resize(int columns, int rows) => Tmux("resize-window", "-x", $"{columns}", "-y", $"{rows}");

    public Task Shows(string text) => Shows(lines => Array.Exists(lines, line => line.Contains(text)), $"'{text}' is shown");

    public Task ShowsNo(string text) => Shows(lines => !Array.Exists(lines, line => line.Contains(text)), $"'{text}' is not shown");

    public async Task Shows(Func<string[], bool> condition, string what)
    {
        string[] last = [];
        await Wait.Until(async () => condition(last = await Lines()), () => $"{what}; the screen:\n{string.Join('\n', last)}");
    }

    /// <summary>Whether the terminal is as a shell has it: its own screen, a cursor and no mouse.</summary>
    public async Task<string> Modes() => await Variable("alternate_on") + await Variable("cursor_flag") + await Variable("mouse_any_flag");

    public async Task Is(string modes) => await Wait.Until(async () => await Modes() == modes, () => $"the terminal's modes are {modes}");

    public async ValueTask DisposeAsync()
    {
        await Tmux("kill-server");
        await Wait.Until(() => _server?.IsAlive != true, "tmux has ended");
    }

    private Task<string> Tmux(params string[] arguments) => Tmux((IReadOnlyList<string>)arguments);

    private async Task<string> Tmux(IReadOnlyList<string> arguments)
    {
        using var tmux = Process.Start(new ProcessStartInfo("tmux", ["-S", _socket, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["TERM"] = "xterm-256color", ["LANG"] = "C.UTF-8" } })!;
        var (printed, told) = (tmux.StandardOutput.ReadToEndAsync(), tmux.StandardError.ReadToEndAsync());
        await tmux.WaitForExitAsync();
        Assert.True(tmux.ExitCode == 0 || arguments[0] == "kill-server", $"tmux {string.Join(' ', arguments)}: {await told}");
        return await printed;
    }
}
