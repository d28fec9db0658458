using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using Sentinel.Model.Specs;

namespace Sentinel.Hosts;

/// <summary>A program of Sentinel's that can be brought to machines of one architecture.</summary>
/// <param name="Machine">As <c>uname -m</c> calls it.</param>
internal sealed record Binary(string Path, string Machine, string Hash)
{
    /// <summary>Where programs are below the home folder of another machine.</summary>
    public const string Place = ".local/bin/sentinel", ServePlace = ".local/lib/sentinel/sentinel-serve";

    /// <exception cref="HostException">It is no program of one file.</exception>
    public static Binary Of(string path)
    {
        if (File.Exists(System.IO.Path.ChangeExtension(path, ".dll")) || File.Exists($"{path}.dll"))
            throw new HostException($"{path} needs the .NET runtime beside it, and only a native one can be brought elsewhere");
        using var file = File.OpenRead(path);
        var head = new byte[20];
        // elf(5): the machine is the number at 18.
        if (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length || !head.AsSpan(0, 4).SequenceEqual("\u007fELF"u8))
            throw new HostException($"{path} is no program for Linux");
        var machine = BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(18)) switch
        {
            62 => "x86_64",
            183 => "aarch64",
            var other => throw new HostException($"{path} is for machines of a kind that Sentinel does not run on ({other})"),
        };
        file.Position = 0;
        return new Binary(path, machine, Convert.ToHexStringLower(SHA256.HashData(file)));
    }

    /// <summary>What a machine is, and which sentinel a command would find there.</summary>
    /// <exception cref="HostException">It cannot be reached.</exception>
    public static async Task<(string Machine, string Hash, string ServeHash)> FoundOn(HostName host)
    {
        const string mark = "sentinel-probe ";
        const string sum = "sum() { sha256sum \"$1\" 2>/dev/null | grep -o \"^[0-9a-f]*\" || echo none; }; ";
        var said = await Run(host, $"{sum}echo \"{mark}$(uname -m) $(sum \"$(command -v sentinel)\") $(sum \"$HOME/{ServePlace}\")\"");
        return said.Split('\n').LastOrDefault(line => line.StartsWith(mark, StringComparison.Ordinal))?[mark.Length..].Split(' ') is [var machine, var hash, var serve]
            ? (machine, hash, serve.TrimEnd())
            : throw new HostException("what its shell answers cannot be understood; is it a Linux with sh and coreutils?");
    }

    /// <summary>Copies it there, tries whether it runs, and puts it in the place of the one before.</summary>
    /// <param name="place">Below the home folder there.</param>
    /// <param name="trial">The arguments with which it is tried, and does nothing; null: there are none.</param>
    /// <exception cref="HostException">It cannot be done.</exception>
    public async Task CopyTo(HostName host, string place, string? trial)
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        await using (var file = File.OpenRead(Path))
            await file.CopyToAsync(zip);
        packed.Position = 0;
        await Run(
            host,
            $"to=\"$HOME/{place}\" && mkdir -p \"${{to%/*}}\" && gzip -dc >\"$to.new\" && chmod 755 \"$to.new\" && {(trial is null ? "" : $"\"$to.new\" {trial} >/dev/null && ")} mv -f \"$to.new\" \"$to\"",
            packed);
    }

    private static async Task<string> Run(HostName host, string script, Stream? input = null)
    {
        using var ssh = Ssh.Start(host, script);
        var output = ssh.StandardOutput.ReadToEndAsync();
        var error = ssh.StandardError.ReadToEndAsync();
        try
        {
            if (input is not null)
                await input.CopyToAsync(ssh.StandardInput.BaseStream);
            ssh.StandardInput.Close();
        }
        catch (IOException)
        {
            // It tells why.
        }

        await ssh.WaitForExitAsync();
        // A master connection that was left behind may hold its errors open.
        await Task.WhenAny(Task.WhenAll(output, error), Task.Delay(TimeSpan.FromSeconds(1)));
        if (ssh.ExitCode != 0)
            throw new HostException(Ssh.LastLine(error.IsCompleted ? await error : "") ?? $"ssh ended with exit code {ssh.ExitCode}");
        return output.IsCompleted ? await output : "";
    }
}
