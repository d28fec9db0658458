using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace Sentinel.Actors;

/// <summary>Each role is one way for a process to behave, or to misbehave. Those that stay say "ready" when they do.</summary>
internal static class Roles
{
    public static int Usage()
    {
        Console.Error.WriteLine(
            """
            usage: actor ROLE

            describe ARG...              print arguments, environment, folder and umask as JSON, and stay
            lines N M                    write N numbered lines to stdout and M to stderr, and stay
            count PREFIX N [MS]          write N lines of 100 bytes, PREFIX and their number, as fast as it goes (or 40 at a
                                         time and then so long nothing), say "done" on stderr, and stay
            exit CODE [MS]               exit with a code, at once or later
            die SIGNAL                   die by a signal (number), with a core where that is allowed
            ignore-term                  note every SIGTERM with the time and stay
            lock-stdout PREFIX N         take the lock of flock(2) on stdout, then as count
            finish MS CODE               on SIGTERM take a while, then exit with a code
            report SIGNAL...             note every such signal (SIGINT, SIGHUP...) and stay
            children N                   start N children in the same process group, and stay
            leave-session FILE [exits]   start a child in a session of its own, its pid in FILE; stay, or exit
            double-fork FILE [wiped]     start a grandchild that is init's, in a session of its own; stay.
                                         wiped: with no environment at all
            background FILE MS           go into the background, and write the pid into the file after a while (-: into none)
            replaceable FILE             write the pid into the file, and stay; on SIGUSR2 start a successor, which takes over the
                                         file when this has ended, as it does on SIGQUIT
            leave-on-term FILE           on SIGTERM start a grandchild as double-fork does, and exit
            pool FILE MS                 start two workers that are done after so long; on SIGTERM wait for them and write into the
                                         file how many were lost
            burn N                       keep N threads busy
            hold MB                      hold that much memory
            parent-of COMMAND            run a command as a child, and stay
            listen PORT...               listen, and print each port: a number (0: any) or the variable that tells it
            listen-after FILE PORT...    the same, on each port as soon as there is the file before it
            once FILE COMMAND            if there is no FILE, make it and run the command as a child; stay
            keep-dead COMMAND            run a command, become the parent of what it leaves behind, and let the dead
                                         lie as zombies until stdin ends
            forbid NR:ERRNO,... COMMAND  run a command to which the system refuses calls, as containers do (x86-64)
            tell ADDRESS MESSAGE [N M]   say something as sd_notify(3) does, M times with N descriptors
            hang FOLDER COMMAND          run a command for which nobody ever answers what is asked of the folder (FUSE)
            interrupt FOLDER FILE WHAT N COMMAND
                                         run a command until the N-th system call by which it changes something in the
                                         folder; there it is killed (WHAT: kill), or that call fails (EIO, ENOSPC; N+: all
                                         from there on). The calls are noted in the file
            strain FOLDER FILE MS COMMAND
                                         run a command for which each change in the folder takes so long, and whose clock is
                                         wrong by the seconds in the file
            """);
        return 2;
    }

    public static int Count(string prefix, int number, int afterMs = 0)
    {
        using var output = Console.OpenStandardOutput();
        for (var i = 0; i < number; i += 40)
        {
            output.Write(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(i, Math.Min(40, number - i)).Select(n => $"{prefix}{n:d9} ".PadRight(99, 'x') + "\n"))));
            if (afterMs > 0)
                Thread.Sleep(afterMs);
        }

        Console.Error.WriteLine("done");
        return Stay();
    }

    public static int Describe(string[] arguments)
    {
        var environment = new JsonObject();
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
            environment[(string)variable.Key] = (string?)variable.Value;
        var umask = File.ReadLines("/proc/self/status").First(line => line.StartsWith("Umask:", StringComparison.Ordinal));
        Console.WriteLine(new JsonObject
        {
            ["arguments"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]),
            ["environment"] = environment,
            ["folder"] = Environment.CurrentDirectory,
            ["umask"] = umask.Split('\t')[1],
        }.ToJsonString());
        return Stay();
    }

    public static int Lines(int stdout, int stderr)
    {
        for (var i = 1; i <= stdout; i++)
            Console.Out.WriteLine($"line {i}");
        for (var i = 1; i <= stderr; i++)
            Console.Error.WriteLine($"error {i}");
        return Stay();
    }

    public static int ExitLater(int code, int afterMs)
    {
        Thread.Sleep(afterMs);
        return code;
    }

    public static int Die(int signal)
    {
        Libc.AllowCore();
        Libc.signal(signal, Libc.Default);
        Libc.kill(Environment.ProcessId, signal);
        return Stay();
    }

    public static int LockStdout(string prefix, int number)
    {
        if (Libc.flock(1, 2) != 0) // LOCK_EX
            return 1;
        return Count(prefix, number);
    }

    public static int IgnoreTerm() => Report(["SIGTERM"]);

    public static int Report(string[] signals)
    {
        var caught = signals.Select(name => PosixSignalRegistration.Create(Enum.Parse<PosixSignal>(name, ignoreCase: true), signal =>
        {
            signal.Cancel = true;
            Console.WriteLine($"{name} {DateTimeOffset.UtcNow:O}");
        })).ToList();
        Ready();
        var code = Stay();
        caught.ForEach(registration => registration.Dispose());
        return code;
    }

    public static int Finish(int afterMs, int code)
    {
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            Thread.Sleep(afterMs);
            Environment.Exit(code);
        });
        Ready();
        return Stay();
    }

    public static int Children(int count)
    {
        for (var i = 0; i < count; i++)
            Process.Start("sleep", "1000");
        Ready();
        return Stay();
    }

    public static int LeaveSession(string pidFile, bool stays)
    {
        File.WriteAllText(pidFile, $"{Libc.SpawnInNewSession("sleep", "1000")}\n");
        Ready();
        return stays ? Stay() : 0;
    }

    public static int DoubleFork(string pidFile, bool wipesEnvironment)
    {
        Daemonise(pidFile, wipesEnvironment);
        Ready();
        return Stay();
    }

    public static int Background(string pidFile, int afterMs)
    {
        string[] daemon = pidFile == "-"
            ? ["sleep", "1000"]
            : ["/bin/sh", "-c", $"sleep {afterMs / 1000.0}; echo $$ > \"$0\"; exec sleep 1000", pidFile];
        Process.Start("setsid", ["--fork", .. daemon]).WaitForExit();
        return 0;
    }

    public static int Replaceable(string pidFile, bool isSuccessor)
    {
        const PosixSignal UserDefined2 = (PosixSignal)12;
        var parent = Libc.getppid();
        using var quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, signal =>
        {
            signal.Cancel = true;
            File.Delete(pidFile);
            Environment.Exit(0);
        });
        using var replace = PosixSignalRegistration.Create(UserDefined2, signal =>
        {
            signal.Cancel = true;
            Process.Start(Environment.ProcessPath!, ["replaceable", pidFile, "successor"]);
        });
        File.WriteAllText(isSuccessor ? $"{pidFile}.2" : pidFile, $"{Environment.ProcessId}\n");
        Ready();
        if (!isSuccessor)
            return Stay();
        while (Libc.getppid() == parent)
            Thread.Sleep(20);
        // As long as gunicorn takes to notice, about.
        Thread.Sleep(500);
        File.Move($"{pidFile}.2", pidFile, overwrite: true);
        return Stay();
    }

    public static int LeaveOnTerm(string pidFile)
    {
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            Daemonise(pidFile, wipesEnvironment: false);
            Environment.Exit(0);
        });
        Ready();
        return Stay();
    }

    public static int Pool(string file, int milliseconds)
    {
        var workers = Enumerable.Range(0, 2).Select(_ => Process.Start("sleep", $"{milliseconds / 1000.0}")).ToList();
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            workers.ForEach(worker => worker.WaitForExit());
            File.WriteAllText(file, $"lost {workers.Count(worker => worker.ExitCode != 0)}\n");
            Environment.Exit(0);
        });
        Ready();
        return Stay();
    }

    public static int Burn(int threads)
    {
        for (var i = 1; i < threads; i++)
            new Thread(Spin).Start();
        Ready();
        Spin();
        return 0;

        static void Spin()
        {
            while (true)
                Thread.SpinWait(1000);
        }
    }

    public static int Hold(int megabytes)
    {
        var memory = new byte[megabytes << 20];
        Array.Fill(memory, (byte)1);
        Ready();
        var code = Stay();
        GC.KeepAlive(memory);
        return code;
    }

    public static int ParentOf(string[] command)
    {
        Process.Start(command[0], command[1..]);
        return Stay();
    }

    public static int Listen(string[] ports)
    {
        var listeners = ports.Select(Listener).ToList();
        var code = Stay();
        listeners.ForEach(listener => listener.Dispose());
        return code;
    }

    public static int ListenAfter(string[] filesAndPorts)
    {
        Ready();
        var listeners = new List<TcpListener>();
        foreach (var pair in filesAndPorts.Chunk(2))
        {
            while (!File.Exists(pair[0]))
                Thread.Sleep(5);
            listeners.Add(Listener(pair[1]));
        }

        var code = Stay();
        listeners.ForEach(listener => listener.Dispose());
        return code;
    }

    public static int Serve(int port)
    {
        using var listener = new TcpListener(IPAddress.Any, port);
        listener.Start();
        Console.WriteLine($"listening on port {port}");
        while (true)
        {
            using var client = listener.AcceptTcpClient();
            client.GetStream().Write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8);
        }
    }

    /// <summary>
    /// Serves at the first socket that it was passed, with its pid. On SIGTERM it takes no further connection. A file <c>broken</c> in its
    /// folder makes it a version that ends or hangs, as that file says, before it serves.
    /// </summary>
    public static int ServeSocket()
    {
        Console.WriteLine($"{Environment.GetEnvironmentVariable("LISTEN_FDS")} {Environment.GetEnvironmentVariable("LISTEN_FDNAMES")} {Environment.GetEnvironmentVariable("LISTEN_PID") == $"{Environment.ProcessId}"}");
        switch (File.Exists("broken") ? File.ReadAllText("broken") : "")
        {
            case "ends":
                return 3;
            case "hangs":
                return Stay();
        }

        var ends = false;
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            ends = true;
        });
        using var listener = new Socket(new SafeSocketHandle(3, ownsHandle: true)) { Blocking = false };
        Ready();
        while (!ends)
        {
            if (!listener.Poll(20_000, SelectMode.SelectRead))
                continue;
            try
            {
                using var client = listener.Accept();
                client.Blocking = true;
                var request = new byte[1024];
                if (client.Receive(request) > 0)
                    client.Send(System.Text.Encoding.ASCII.GetBytes($"{Environment.ProcessId}"));
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.ConnectionReset or SocketError.Shutdown)
            {
                // Another run that has the same socket was faster, or the client is gone.
            }
        }

        return 0;
    }

    public static int Once(string marker, string[] command)
    {
        if (!File.Exists(marker))
        {
            File.WriteAllText(marker, "");
            Process.Start(command[0], command[1..]).WaitForExit();
        }

        Ready();
        return Stay();
    }

    public static int KeepDead(string[] command)
    {
        Libc.BecomeSubreaper();
        using var child = Process.Start(command[0], command[1..]);
        child.WaitForExit();
        // What the command left behind is nobody's but ours now, and we do not reap.
        Console.In.ReadToEnd();
        return child.ExitCode;
    }

    private static void Daemonise(string pidFile, bool wipesEnvironment)
    {
        File.Delete(pidFile);
        // The pid appears whole or not at all.
        string[] daemon = ["setsid", "--fork", "/bin/sh", "-c", "echo $$ > \"$0.new\"; mv \"$0.new\" \"$0\"; exec sleep 1000", pidFile];
        Process.Start("env", wipesEnvironment ? ["--ignore-environment", .. daemon] : daemon).WaitForExit();
        // Until it is what it stays, and no child of its shell is there any more.
        while (!File.Exists(pidFile) || File.ReadAllText($"/proc/{File.ReadAllText(pidFile).Trim()}/comm") != "sleep\n")
            Thread.Sleep(5);
    }

    private static TcpListener Listener(string port)
    {
        var listener = new TcpListener(
            IPAddress.Any, int.Parse(char.IsDigit(port[0]) ? port : Environment.GetEnvironmentVariable(port)!));
        listener.Start();
        Console.WriteLine($"port {((IPEndPoint)listener.LocalEndpoint).Port}");
        return listener;
    }

    private static void Ready() => Console.WriteLine("ready");

    private static int Stay()
    {
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }
}
