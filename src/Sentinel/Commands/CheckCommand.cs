using System.CommandLine;
using Sentinel.Core.Projects;
using Sentinel.Linux.Native;
using Sentinel.Linux.Proc;
using Sentinel.Linux.Spawning;
using Sentinel.Rendering;

namespace Sentinel.Commands;

internal static class CheckCommand
{
    public static Command Create()
    {
        var file = ProjectLook.File();
        var json = SharedOptions.Json();
        var command = new Command("check") { file, json };
        command.SetAction(result => Check(result.GetValue(file), result.GetValue(json)));
        return command;
    }

    private static int Check(string? file, bool isJson)
    {
        if (ProjectLook.Read(file) is not { } read)
            return ExitCode.Usage;
        var advice = new ProjectAdvice(
            (program, folder, path) => ProgramPath.Find(program, folder, path, out _), Path.Exists, Environment.GetEnvironmentVariable("PATH"));
        var warnings = read.Project is { } project ? advice.On(project) : [];
        ProjectLook.Tell(read.Problems);
        foreach (var warning in warnings)
            Output.Tell($"Warning: {warning}");
        using var output = new Output(StandardStream.Output);
        if (isJson)
            output.Document(Documents.Of(read, warnings));
        else if (read.Project is { } fine)
            output.Line(Text.Printable($"{fine.Files[0]}: {Text.Count(fine.Processes.Count, "process", "processes")}"));
        return read.Project is null ? ExitCode.Usage : ExitCode.Success;
    }
}
