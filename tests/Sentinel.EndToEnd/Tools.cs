using System.Diagnostics;

namespace Sentinel.EndToEnd;

/// <summary>Programs of the machine, such as <c>ip</c> or <c>docker</c>.</summary>
internal static class Tools
{
    /// <summary>Runs it to its end, and fails the test if it fails.</summary>
    /// <returns>All that it printed.</returns>
    public static async Task<string> Run(string program, params string[] arguments)
    {
        var (exitCode, output) = await Try(program, arguments);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {exitCode}: {output}");
        return output;
    }

    /// <summary>Runs it to its end, with nothing to read.</summary>
    public static async Task<(int ExitCode, string Output)> Try(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }
}
