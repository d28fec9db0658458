using System.CommandLine;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Linux.Spawning;
using Sentinel.Rendering;
using Sentinel.Wiring;

namespace Sentinel.Commands;

/// <summary>Serves a coding agent, by the program that speaks to others.</summary>
internal static class McpCommand
{
    private static readonly Dictionary<string, (string File, Func<string, string> Text)> Configurations = new()
    {
        ["claude"] = (".mcp.json", Servers),
        ["codex"] = ("~/.codex/config.toml", command => $"[mcp_servers.sentinel]\ncommand = \"{command}\"\nargs = [\"mcp\"]"),
        ["cursor"] = (".cursor/mcp.json", Servers),
        ["vscode"] = (".vscode/mcp.json", command => $"{{\n  \"servers\": {{\n    \"sentinel\": {{ \"type\": \"stdio\", \"command\": \"{command}\", \"args\": [\"mcp\"] }}\n  }}\n}}"),
        ["gemini"] = (".gemini/settings.json", Servers),
    };

    public static Command Create()
    {
        var print = new Option<string?>("--print-config") { Description = "Print what to put into the configuration of this agent, and nothing else", HelpName = string.Join('|', Configurations.Keys) };
        print.AcceptOnlyFromAmong([.. Configurations.Keys]);
        var command = new Command("mcp") { print };
        command.SetAction(result =>
        {
            if (result.GetValue(print) is { } agent)
                return Print(agent);
            using var session = new Session(isJson: false);
            if (ServeProgram.Find() is not { } program)
                return WebCommand.Missing();
            return Session.Fail($"cannot execute {program}: {Replacement.Become(program, [.. ServeProgram.Arguments(session.Home), $"--agent={Caller.FolderAsSeen}"])}");
        });
        return command;
    }

    private static int Print(string agent)
    {
        var (file, text) = Configurations[agent];
        var program = Environment.ProcessPath!;
        // As people would write it, where that means this program.
        var command = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "sentinel")).FirstOrDefault(File.Exists) is { } found
            && (new FileInfo(found).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? found) == (new FileInfo(program).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? program) ? "sentinel" : program;
        using var output = new Output(StandardStream.Output);
        output.Line(text(command.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)));
        output.Flush();
        Output.Tell($"This goes into {file}.");
        return ExitCode.Success;
    }

    private static string Servers(string command) => $"{{\n  \"mcpServers\": {{\n    \"sentinel\": {{ \"command\": \"{command}\", \"args\": [\"mcp\"] }}\n  }}\n}}";
}
