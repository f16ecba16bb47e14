# A plan to protect, a table, and a file that is no text.
n=0
while [ $n -lt 400 ]; do
    echo "Paragraph $n of the plan tells how pump number $((n * 7919 % 1009)) is joined to valve $((n * 104729 % 997)) by a pipe of $((n * 31 % 89)) millimetres."
    n=$((n + 1))
done >plans/pump.txt
mkdir -p vault
echo 'number,mail,surname,born' >vault/customers.csv
n=0
while [ $n -lt 60 ]; do
    echo "K-$((4400100 + n * 7919)),person$n@example.org,Surname$n,19$((40 + n % 50))-0$((1 + n % 9))-1$((n % 9))"
    n=$((n + 1))
done >>vault/customers.csv
head -c 300000 /dev/urandom >firmware.img
