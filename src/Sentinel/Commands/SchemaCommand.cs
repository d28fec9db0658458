using System.CommandLine;
using System.Text;
using Sentinel.Core.Projects;
using Sentinel.Linux.Native;
using Sentinel.Rendering;

namespace Sentinel.Commands;

internal static class SchemaCommand
{
    public static Command Create()
    {
        var command = new Command("schema");
        command.SetAction(_ =>
        {
            using var output = new Output(StandardStream.Output);
            output.Write(Encoding.UTF8.GetBytes(ProjectSchema.Text()));
            return ExitCode.Success;
        });
        return command;
    }
}
