using System.CommandLine;
using Sentinel.Core.Projects;
using Sentinel.Linux.Native;
using Sentinel.Rendering;

namespace Sentinel.Commands;

internal static class ConfigCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("process") { Description = "Name of a process of the project [default: all]", HelpName = "process", Arity = ArgumentArity.ZeroOrOne };
        name.CompletionSources.Add(_ => ProjectLook.Names());
        var file = ProjectLook.File();
        var json = SharedOptions.Json();
        var command = new Command("config") { name, file, json };
        command.SetAction(result =>
        {
            if (ProjectLook.ReadOrTell(result.GetValue(file)) is not { } project)
                return ExitCode.Usage;
            var asked = result.GetValue(name);
            if (asked is not null && project.Missing(asked) is { } missing)
                return Session.Fail(missing);
            var shown = project.Processes.Where(process => asked is null || process.Name == asked).ToList();
            using var output = new Output(StandardStream.Output);
            if (result.GetValue(json))
                output.Document(Documents.Of(project, shown));
            else
                foreach (var line in ProjectText.Lines(project, shown, isWhole: asked is null))
                    output.Line(line);
            return ExitCode.Success;
        });
        return command;
    }
}
