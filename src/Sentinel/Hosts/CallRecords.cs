using System.Text.Json;
using Sentinel.Api.Wire;
using Sentinel.Core.Home;

namespace Sentinel.Hosts;

/// <summary>
/// What became of the calls of other machines, in a folder of the home: so that one whose connection broke can ask, and does nothing twice. Each is a file
/// that is locked by flock(2) for as long as the call is carried out.
/// </summary>
internal sealed class CallRecords(SentinelHome home)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    private readonly string _folder = Path.Combine(home.Folder, "calls");

    /// <summary>Begins to record a call; null: it may not be carried out, because somebody has begun it, or has been told that it never was.</summary>
    /// <exception cref="IOException">Nothing can be recorded here.</exception>
    public Recording? Begin(string id)
    {
        MakeFolder();
        DeleteOld();
        return Make(id) is { } file ? new Recording(file) : null;
    }

    /// <summary>What became of a call that may have been begun.</summary>
    public CallRecord Find(string id)
    {
        MakeFolder();
        // In this order: if it was not there, it is there now, and nobody can begin it any more.
        if (Make(id) is { } claimed)
        {
            using (claimed)
                claimed.Write("{\"neverBegun\":true}"u8);
            return new CallRecord.NeverBegun();
        }

        try
        {
            using var file = new FileStream(PathOf(id), FileMode.Open, FileAccess.Read, FileShare.None);
            var content = new byte[file.Length];
            file.ReadExactly(content);
            return Read(content);
        }
        catch (IOException e) when (e is not FileNotFoundException)
        {
            return new CallRecord.UnderWay();
        }
    }

    private static CallRecord Read(byte[] content)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            var json = document.RootElement;
            return json.Maybe("neverBegun") is not null
                ? new CallRecord.NeverBegun()
                : new CallRecord.Ended(json.Get("exitCode").GetInt32(), json.Get("output").GetBytesFromBase64(), json.Get("error").GetBytesFromBase64());
        }
        catch (JsonException)
        {
            // Who carried it out did not live to write its end.
            return new CallRecord.Lost();
        }
    }

    // Null: it is there already.
    private FileStream? Make(string id)
    {
        try
        {
            return new FileStream(PathOf(id), new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.None,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
        catch (IOException) when (File.Exists(PathOf(id)))
        {
            return null;
        }
    }

    private void MakeFolder() => Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    private string PathOf(string id) => id.Length > 0 && id.All(char.IsAsciiHexDigit) ? Path.Combine(_folder, id) : throw new InvalidDataException("that is no id of a call");

    private void DeleteOld()
    {
        foreach (var file in Directory.EnumerateFiles(_folder).Where(file => DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > Kept).ToList())
            File.Delete(file);
    }

    /// <summary>A call that is carried out.</summary>
    public sealed class Recording(FileStream file) : IDisposable
    {
        // What a command says that changes something is short; what is longer is not said again.
        private const int MostOutput = 256 * 1024;

        private readonly MemoryStream _output = new(), _error = new();

        public void Add(RelayKind kind, ReadOnlySpan<byte> said)
        {
            var stream = kind == RelayKind.Output ? _output : _error;
            stream.Write(said[..Math.Min(said.Length, MostOutput - (int)stream.Length)]);
        }

        public void End(int exitCode)
        {
            file.Write(JsonFields.Object(JsonFields.Relaxed, json =>
            {
                json.WriteNumber("exitCode", exitCode);
                json.WriteBase64String("output", _output.ToArray());
                json.WriteBase64String("error", _error.ToArray());
            }));
            file.Dispose();
        }

        public void Dispose() => file.Dispose();
    }
}

/// <summary>What became of a call.</summary>
internal abstract record CallRecord
{
    public sealed record NeverBegun : CallRecord;

    public sealed record UnderWay : CallRecord;

    public sealed record Ended(int ExitCode, byte[] Output, byte[] Error) : CallRecord;

    public sealed record Lost : CallRecord;
}
